package client_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"strings"
	"time"

	"sgraph.ai/send/cli/client"
	"sgraph.ai/send/cli/internal/site"
	"sgraph.ai/send/shared/envelope"
)

// Whoever has the link can read the file, and nobody else: the key is in the
// link only.
func ExampleClient_Send() {
	service := running()
	defer service.Stop()

	c := &client.Client{Server: service.URL, Token: service.Token}
	sent, err := c.Send(context.Background(), client.File{
		Meta:    envelope.Meta{Filename: "greeting.txt"},
		Content: strings.NewReader("Hello!\n"),
		Size:    7,
	}, client.Options{Lifetime: 24 * time.Hour, MaxDownloads: 1})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(sent.Link.Origin == service.URL, sent.Link.HasKey)
	fmt.Println(sent.Size, "bytes of ciphertext")
	// Output:
	// true true
	// 73 bytes of ciphertext
}

// Receiving needs nothing but the link. What came is whole and genuine when
// there is no error.
func ExampleClient_Receive() {
	service := running()
	defer service.Stop()

	link, err := envelope.ParseLink(service.Link("greeting.txt", "Hello!\n"))
	if err != nil {
		log.Fatal(err)
	}
	c := &client.Client{Server: link.Origin}
	meta, err := c.Receive(context.Background(), link, client.Into(os.Stdout))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("That was", meta.Filename)
	// Output:
	// Hello!
	// That was greeting.txt
}

// running runs the service in a folder of its own.
func running() *example {
	dir, err := os.MkdirTemp("", "client-example-")
	if err != nil {
		log.Fatal(err)
	}
	s, stop, err := site.Run(dir)
	if err != nil {
		log.Fatal(err)
	}
	return &example{s, func() { stop(); os.RemoveAll(dir) }}
}

type example struct {
	*site.Site
	Stop func()
}

// Link sends a text, and returns its link.
func (e *example) Link(name, text string) string {
	c := &client.Client{Server: e.URL, Token: e.Token}
	sent, err := c.Send(context.Background(), client.File{
		Meta: envelope.Meta{Filename: name}, Content: strings.NewReader(text), Size: int64(len(text)),
	}, client.Options{})
	if err != nil {
		log.Fatal(err)
	}
	return sent.Link.String()
}
