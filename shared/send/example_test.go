package send_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"

	"sgraph.ai/send/shared/bolt"
	"sgraph.ai/send/shared/send"
)

// A token allows so many uses, exactly, whoever asks at the same time. The same
// thing is paid for once, however often it is reported.
func ExampleTokens_Use() {
	dir, err := os.MkdirTemp("", "tokens-")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	ledger, err := bolt.Open(filepath.Join(dir, "ledger.db"))
	if err != nil {
		log.Fatal(err)
	}
	defer ledger.Close()

	ctx := context.Background()
	secret := send.Secret("what names are sealed with")
	tokens := &send.Tokens{Ledger: ledger, Names: secret.NameSealer(), Now: time.Now}
	if _, err := tokens.Create(ctx, send.NewToken{Name: "for-alice", UsageLimit: 2}); err != nil {
		log.Fatal(err)
	}
	for _, what := range []string{"a report", "a report", "a photo", "a film"} {
		token, stood, err := tokens.Use(ctx, "for-alice", what)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s: %s, %d of %d used\n", what, stood, token.UsageCount, token.UsageLimit)
	}
	// Output:
	// a report: active, 1 of 2 used
	// a report: active, 1 of 2 used
	// a photo: active, 2 of 2 used
	// a film: exhausted, 2 of 2 used
}
