package browser

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"sgraph.ai/send/shared/test/cutline"
)

// BenchmarkSpeed takes how fast a page sends and receives, beside what the same browser moves unsealed through the same
// routes: MB/s, and the one to the other. SEND_BENCH_MIB is how much (128), of which the median of three runs counts.
// What is received goes into a download, as it arrives; so does what is not sealed.
func BenchmarkSpeed(b *testing.B) {
	inBrowser(b)
	size := 128
	if said, err := strconv.Atoi(os.Getenv("SEND_BENCH_MIB")); err == nil {
		size = said
	}
	if _, err := os.Stat("/dev/shm"); err == nil {
		b.Setenv("TMPDIR", "/dev/shm") // a disk has moods
	}
	// What is not sealed has to look so: the service takes nothing else.
	path, _ := cutline.File(b, "file.bin", int64(size)<<20, 0)
	s := serve(b, "SEND__RATE_LIMITS=off")
	for b.Loop() {
		var sealed, bare, opened, taken []float64
		for range 3 {
			sender := open(b, desktop)
			sender.must(sender.Before(withoutPickers))
			sender.goSend(s)
			sender.choose(fileInput, path)
			sender.must(sender.HearNoRequests()) // what a browser tells of them takes longer than they do
			rate := func(script string) float64 {
				return float64(size) * 1.048576 / evaluate[float64](sender, script)
			}
			bare = append(bare, rate(fmt.Sprintf(bareUpload, s.Token)))
			sealed = append(sealed, rate(fmt.Sprintf(timed, submit, sendingDone)))
			link := sender.value(linkInput)
			start := time.Now()
			sender.saved(evaluate[string](sender, bareDownload))
			taken = append(taken, float64(size)*1.048576/time.Since(start).Seconds())
			sender.goAfresh(link)
			sender.see(receiveIt)
			opened = append(opened, rate(fmt.Sprintf(timed, receiveIt, received)))
			sender.close()
		}
		median := func(v []float64) float64 { return slices.Sorted(slices.Values(v))[len(v)/2] }
		b.ReportMetric(median(sealed), "sent-MB/s")
		b.ReportMetric(median(sealed)/median(bare), "sent-to-unsealed")
		b.ReportMetric(median(opened), "received-MB/s")
		b.ReportMetric(median(opened)/median(taken), "received-to-unsealed")
	}
}

// timed clicks on something, and says how many seconds pass until something else is visible.
const timed = `(async () => {
  const start = performance.now();
  document.querySelector(%q).click();
  while (!document.querySelector(%q)?.offsetParent) await new Promise((resolve) => setTimeout(resolve, 5));
  return (performance.now() - start) / 1000;
})()`

// bareUpload sends the file that was chosen as it is, in parts and side by side as the page does.
const bareUpload = `(async () => {
  const [{ file }] = document.querySelector('file-picker').entries;
  const headers = { 'x-sgraph-access-token': %q, 'content-type': 'application/json' };
  const ask = async (path, json) =>
    (await fetch(path, { method: 'POST', headers, body: JSON.stringify(json) })).json();
  const start = performance.now();
  const { transfer_id } = await ask('/api/transfers/create', {});
  globalThis.bare = transfer_id;
  const { upload_id, part_size, part_urls } = await ask(
    '/api/presigned/initiate', { transfer_id, file_size_bytes: file.size });
  const parts = [];
  let next = 0;
  const lane = async () => {
    while (next < part_urls.length) {
      const index = next++;
      const etag = await new Promise((resolve, reject) => {
        const xhr = new XMLHttpRequest();
        xhr.open('PUT', part_urls[index].upload_url);
        xhr.onload = () => resolve(xhr.getResponseHeader('etag'));
        xhr.onerror = reject;
        xhr.send(file.slice(index * part_size, (index + 1) * part_size));
      });
      parts[index] = { part_number: index + 1, etag };
    }
  };
  await Promise.all([lane(), lane(), lane()]);
  await ask('/api/presigned/complete', { transfer_id, upload_id, parts });
  await ask('/api/transfers/complete/' + transfer_id, {});
  return (performance.now() - start) / 1000;
})()`

// bareDownload begins to save what bareUpload sent, and says under which name.
const bareDownload = `(async () => {
  const { download_url } = await (await fetch('/api/presigned/download-url/' + globalThis.bare)).json();
  const link = document.createElement('a');
  link.href = download_url;
  link.click();
  return globalThis.bare + '.sgsend';
})()`
