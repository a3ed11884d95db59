package disk

import "testing"

// Events of the trail, which are small and many, take no large buffers.
func TestBuffersAreForWhatIsLarge(t *testing.T) {
	t.Parallel()
	for size, want := range map[int64]int{
		-1: bufferSize, 0: 1, 300: 301, 64<<10 - 1: 64 << 10, 64 << 10: bufferSize, 1 << 30: bufferSize,
	} {
		buf, done := buffer(size)
		if len(buf) != want {
			t.Errorf("a body of %d bytes has a buffer of %d, want %d", size, len(buf), want)
		}
		done()
	}
}
