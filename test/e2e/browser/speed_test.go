package browser

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
)

// BenchmarkSpeed takes how fast a page sends and receives, beside what the same browser moves unsealed through the same
// routes: MB/s, and the one to the other. SEND_BENCH_MIB is how much (256), of which the median of five runs counts.
func BenchmarkSpeed(b *testing.B) {
	size := 256
	if said, err := strconv.Atoi(os.Getenv("SEND_BENCH_MIB")); err == nil {
		size = said
	}
	dir := b.TempDir()
	if memory, err := os.MkdirTemp("/dev/shm", "sgsend-bench-"); err == nil {
		dir = memory // a disk has moods
		b.Cleanup(func() { os.RemoveAll(memory) })
	}
	path := filepath.Join(dir, "file.bin")
	chunk := make([]byte, 1<<20)
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	for i := range size {
		for j := range chunk {
			chunk[j] = byte(i*j>>3 ^ j*2654435761>>13) // looks sealed
		}
		if _, err := f.Write(chunk); err != nil {
			b.Fatal(err)
		}
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
	s := serve(b, "SEND__DISK_PATH="+filepath.Join(dir, "data"), "SEND__RATE_LIMITS=off")
	for b.Loop() {
		var sealed, bare, opened, taken []float64
		for range 5 {
			sender := open(b, desktop)
			sender.goTo(s.URL + "/")
			sender.see(tokenInput)
			sender.enter(tokenInput, s.Token+"\t")
			sender.see(accepted)
			sender.choose(fileInput, path)
			rate := func(script string) float64 {
				return float64(size) * 1.048576 / evaluate[float64](sender, script)
			}
			bare = append(bare, rate(fmt.Sprintf(bareUpload, s.Token)))
			sealed = append(sealed, rate(fmt.Sprintf(timed, submit, "#sent-title")))
			link := sender.value(linkInput)
			taken = append(taken, rate(fmt.Sprintf(bareDownload, s.Token)))
			sender.goAfresh(link)
			sender.see(receiveIt)
			opened = append(opened, rate(fmt.Sprintf(timed, receiveIt, "#done-title")))
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
  const ask = async (path, json) => (await fetch(path, {
    method: 'POST', headers: { 'x-sgraph-access-token': %q, 'content-type': 'application/json' }, body: JSON.stringify(json),
  })).json();
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

// bareDownload fetches what bareUpload sent.
const bareDownload = `(async (token) => {
  const start = performance.now();
  const { download_url } = await (await fetch('/api/presigned/download-url/' + globalThis.bare)).json();
  await (await fetch(download_url)).blob();
  return (performance.now() - start) / 1000;
})(%q)`
