package lambdahost

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"sgraph.ai/send/test/e2e/memory"
)

// What a start may cost. The reference is a function that links what the user
// service cannot do without, started in the same run on the same machine.
const (
	mostTimesReference = 1.5
	mostMemoryMiB      = 20
	mostZipMB          = 7
)

// BenchmarkStart measures from the start of a process to its first request for
// work, which Lambda calls the init: the packaged user service, beside a bare
// handler and one that links S3, DynamoDB and their configuration. They take
// turns, and medians count. What else the machine does shows less in the time of the
// processor than in that of the clock.
func BenchmarkStart(b *testing.B) {
	if runtime.GOOS != "linux" {
		b.Skip("SKIPPED: functions run on Linux only")
	}
	programs := []*program{
		{name: "user", bootstrap: packaged(b)},
		{name: "bare", bootstrap: reference(b, "bare")},
		{name: "clients", bootstrap: reference(b, "clients")},
	}
	for b.Loop() {
		for _, p := range programs {
			p.start(b)
		}
	}
	for _, p := range programs {
		b.ReportMetric(median(p.millis), "ms-"+p.name)
		b.ReportMetric(median(p.processor), "processor-ms-"+p.name)
		b.ReportMetric(median(p.mebibytes), "MiB-"+p.name)
	}
	user, clients := programs[0], programs[2]
	b.ReportMetric(median(user.millis)/median(clients.millis), "x-clients")
	ratio := median(user.processor) / median(clients.processor)
	b.ReportMetric(ratio, "processor-x-clients")
	if ratio > mostTimesReference {
		b.Errorf("it starts in %.1f times the time of the reference, which may be %.1f", ratio, mostTimesReference)
	}
	if m := median(user.mebibytes); m >= mostMemoryMiB {
		b.Errorf("it then holds %.1f MiB, of which it may hold %d", m, mostMemoryMiB)
	}
}

// program is a bootstrap and how its starts went.
type program struct {
	name, bootstrap              string
	millis, processor, mebibytes []float64
}

func (p *program) start(b *testing.B) {
	began := time.Now()
	i, err := start(b.Context(), Config{
		Name: p.name, Region: "eu-west-2", MemoryMB: 512, Timeout: 55 * time.Second, Log: b.Output(),
		Environment: map[string]string{
			"SEND__STORAGE_MODE": "s3", "SEND__LEDGER_TABLE": "ledger", "SEND__S3_BUCKET": "transfers", "SEND__STAGE": "dev",
			"FAST_API__AUTH__API_KEY__NAME": "x-api-key", "FAST_API__AUTH__API_KEY__VALUE": "the-key-of-the-benchmark",
			"SGRAPH_SEND__ADMIN__BASE_URL":      "https://admin.example.org",
			"SGRAPH_SEND__ADMIN__API_KEY__NAME": "x-api-key", "SGRAPH_SEND__ADMIN__API_KEY__VALUE": "the-key-of-the-benchmark",
		},
	}, p.bootstrap)
	if err != nil {
		b.Fatal(err)
	}
	took := time.Since(began)
	p.millis = append(p.millis, float64(took.Microseconds())/1000)
	p.mebibytes = append(p.mebibytes, resident(b, i.cmd.Process.Pid))
	i.kill()
	used := i.cmd.ProcessState.UserTime() + i.cmd.ProcessState.SystemTime()
	p.processor = append(p.processor, float64(used.Microseconds())/1000)
}

// resident answers how many MiB a process holds.
func resident(b *testing.B, pid int) float64 {
	had, err := memory.Of(pid)
	if err != nil {
		b.Fatal(err)
	}
	return float64(had.Resident) / (1 << 20)
}

func median(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}

// packaged builds the zips as a deploy does, holds each against its limit, and
// unpacks that of the user service.
func packaged(b *testing.B) string {
	dir := b.TempDir()
	architecture := map[string]string{"amd64": "x86_64", "arm64": "arm64"}[runtime.GOARCH]
	root, err := filepath.Abs("../../..")
	if err != nil {
		b.Fatal(err)
	}
	build := exec.Command("go", "run", "./infra/cmd/build-artifacts", "-out", dir, "-arch", architecture)
	build.Dir, build.Stderr = root, os.Stderr
	if err := build.Run(); err != nil {
		b.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
	if err != nil {
		b.Fatal(err)
	}
	var manifest struct {
		Artifacts []struct {
			Name, File string
			Size       float64
		}
	}
	if err := json.Unmarshal(text, &manifest); err != nil {
		b.Fatal(err)
	}
	unpacked := ""
	for _, a := range manifest.Artifacts {
		mb := a.Size / (1 << 20)
		b.Logf("%s weighs %.2f MB", a.File, mb)
		if mb > mostZipMB {
			b.Errorf("%s weighs %.2f MB, of which it may weigh %d", a.File, mb, mostZipMB)
		}
		if a.Name == "send-user" {
			packed, err := os.ReadFile(filepath.Join(dir, a.File))
			if err != nil {
				b.Fatal(err)
			}
			into := b.TempDir()
			if err := unpack(packed, into); err != nil {
				b.Fatal(err)
			}
			unpacked = filepath.Join(into, "bootstrap")
		}
	}
	return unpacked
}

// reference builds a program of testdata with the flags that the package is
// built with.
func reference(b *testing.B, name string) string {
	binary := filepath.Join(b.TempDir(), "bootstrap")
	build := exec.Command("go", "build",
		"-tags", "lambda.norpc", "-trimpath", "-ldflags", "-s -w", "-o", binary, "./testdata/"+name)
	build.Env, build.Stderr = append(os.Environ(), "CGO_ENABLED=0"), os.Stderr
	if err := build.Run(); err != nil {
		b.Fatal(err)
	}
	return binary
}
