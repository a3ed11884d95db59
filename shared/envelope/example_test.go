package envelope_test

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"os"
	"strings"

	"sgraph.ai/send/shared/envelope"
)

// What is sealed is opened with the key that it was sealed with, and with no
// other.
func Example() {
	key := envelope.NewKey() // one for every file
	var sealed bytes.Buffer
	meta := envelope.Meta{Filename: "greeting.txt"}
	if err := envelope.Encrypt(&sealed, key, meta, strings.NewReader("Hello!\n"), 7); err != nil {
		log.Fatal(err)
	}
	fmt.Println(sealed.Len(), "bytes of ciphertext")

	_, _, err := envelope.Decrypt(bytes.NewReader(sealed.Bytes()), envelope.NewKey())
	fmt.Println("With another key:", err)

	meta, content, err := envelope.Decrypt(&sealed, key)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(meta.Filename, ": ")
	if _, err := io.Copy(os.Stdout, content); err != nil {
		log.Fatal(err) // and what came so far proves nothing
	}
	// Output:
	// 73 bytes of ciphertext
	// With another key: the key does not fit, or the file was damaged or cut short
	// greeting.txt: Hello!
}
