package envelope_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log"
	"strings"

	"sgraph.ai/send/shared/envelope"
)

// A file is sealed under a key of its own, which only the link carries. The
// name goes inside the seal.
func Example() {
	const content = "Meet me at the lighthouse."
	key := envelope.NewKey()
	meta := envelope.Meta{Filename: "note.txt", Type: "text/plain"}

	var sealed bytes.Buffer
	err := envelope.Encrypt(&sealed, key, meta, strings.NewReader(content), int64(len(content)))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(int64(sealed.Len()) == envelope.SealedSize(key, meta, int64(len(content))))

	// A service, which has no key, can tell that this is sealed, and no more.
	head := sealed.Bytes()[:min(sealed.Len(), envelope.HeadSize)]
	if _, err := envelope.Inspect(head, int64(sealed.Len())); err != nil {
		log.Fatal(err)
	}

	_, _, err = envelope.Decrypt(bytes.NewReader(sealed.Bytes()), envelope.NewKey())
	fmt.Println(errors.Is(err, envelope.ErrNotAuthentic))

	opened, r, err := envelope.Decrypt(&sealed, key)
	if err != nil {
		log.Fatal(err)
	}
	// What was read is all there is only when the end was reached.
	text, err := io.ReadAll(r)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(opened.Filename, opened.Type)
	fmt.Println(string(text))
	// Output:
	// true
	// true
	// note.txt text/plain
	// Meet me at the lighthouse.
}

// Links of every version of the service are read, as people copy them.
func ExampleParseLink() {
	link, err := envelope.ParseLink(`"https://send.example.org/d/#4abd0a491ed3/` + strings.Repeat("A", 43) + `"`)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(link.Origin, link.ID, link.HasKey)
	// Output: https://send.example.org 4abd0a491ed3 true
}
