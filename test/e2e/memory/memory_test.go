package memory_test

import (
	"errors"
	"os"
	"os/exec"
	"runtime"
	"testing"

	"sgraph.ai/send/test/e2e/memory"
)

func TestOf(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("only Linux tells it")
	}
	before, err := memory.Of(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	const more = 64 << 20
	held := make([]byte, more)
	for i := 0; i < more; i += 4096 {
		held[i] = 1
	}
	after, err := memory.Of(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	runtime.KeepAlive(held)
	if after.Own < before.Own+more/2 || after.Own > after.Resident || after.Resident > after.Peak {
		t.Errorf("with 64 MiB more %+v became %+v", before, after)
	}
}

func TestOfWhatHasEnded(t *testing.T) {
	t.Parallel()
	ended := exec.CommandContext(t.Context(), os.Args[0], "-test.list=^$")
	if err := ended.Run(); err != nil {
		t.Fatal(err)
	}
	if u, err := memory.Of(ended.Process.Pid); !errors.Is(err, memory.ErrUnknown) {
		t.Errorf("%+v, %v", u, err)
	}
}
