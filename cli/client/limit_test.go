package client_test

import (
	"bytes"
	"context"
	"io"
	"sync/atomic"
	"testing"
	"time"

	"sgraph.ai/send/cli/client"
	"sgraph.ai/send/cli/internal/site"
	"sgraph.ai/send/shared/envelope"
)

// What is limited takes as long as it must, in both directions, however many parts go
// at once, and each of them gets its share.
func TestLimitedTransfersTakeTheirTime(t *testing.T) {
	t.Parallel()
	s := site.Start(t)
	const size, persecond = 12 << 20, 6 << 20
	content := bytes.Repeat([]byte("0123456789abcdef"), size/16)
	var last atomic.Int64
	c := &client.Client{
		Server: s.URL, Token: s.Token, Transport: client.Limited(nil, persecond),
		Progress: func(done, _ int64) { last.Store(done) },
	}
	// A second less, for what goes at once: it can only be slower.
	least := time.Duration(size/persecond)*time.Second - time.Second/4
	begun := time.Now()
	sent, err := c.Send(t.Context(), client.File{
		Meta: envelope.Meta{Filename: "a"}, Content: bytes.NewReader(content), Size: size,
	}, client.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if took := time.Since(begun); took < least {
		t.Errorf("sending took %v", took)
	}
	begun = time.Now()
	var got bytes.Buffer
	if _, err := c.Receive(t.Context(), sent.Link, client.Into(&got)); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(begun); took < least {
		t.Errorf("receiving took %v", took)
	}
	if !bytes.Equal(got.Bytes(), content) || last.Load() < size {
		t.Errorf("%d of %d bytes came, and %d were told of", got.Len(), size, last.Load())
	}
}

// A limit waits for nothing that is over.
func TestALimitEndsWithItsContext(t *testing.T) {
	t.Parallel()
	s := site.Start(t)
	ctx, end := context.WithCancel(t.Context())
	c := &client.Client{Server: s.URL, Token: s.Token}
	content := make([]byte, 6<<20)
	sent, err := c.Send(ctx, client.File{Content: bytes.NewReader(content), Size: int64(len(content))}, client.Options{})
	if err != nil {
		t.Fatal(err)
	}
	c.Transport = client.Limited(nil, client.SlowestLimit) // minutes
	body, err := c.Download(ctx, sent.Link.ID)
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	time.AfterFunc(100*time.Millisecond, end)
	ended := make(chan error, 1)
	go func() { _, err := io.Copy(io.Discard, body); ended <- err }()
	select {
	case err := <-ended:
		if err == nil {
			t.Error("it came whole")
		}
	case <-time.After(30 * time.Second):
		t.Error("it waits on")
	}
}
