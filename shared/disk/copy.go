package disk

import (
	"context"
	"io"
	"os"
	"sync"
)

// buffers are what bodies are copied through: large enough that the calls to
// the system cost little beside moving the bytes.
var buffers = sync.Pool{New: func() any { b := make([]byte, 256<<10); return &b }}

// copyBody writes a body to a file and returns how many bytes that were. An
// error of the body is returned as it is.
func copyBody(ctx context.Context, f *os.File, body io.Reader) (int64, error) {
	if from, ok := body.(*os.File); ok {
		n, err := f.ReadFrom(from) // within the kernel
		return n, failure(err)
	}
	buf := buffers.Get().(*[]byte)
	defer buffers.Put(buf)
	for total := int64(0); ; {
		if err := ctx.Err(); err != nil {
			return total, err
		}
		n, readErr := body.Read(*buf)
		if n > 0 {
			if _, err := f.Write((*buf)[:n]); err != nil {
				return total, failure(err)
			}
			total += int64(n)
		}
		if readErr == io.EOF {
			return total, nil
		}
		if readErr != nil {
			return total, readErr
		}
	}
}
