package user_test

import (
	"io"
	"net"
	"path"
	"strings"
	"testing"
	"time"

	"sgraph.ai/send/services/user"
	"sgraph.ai/send/shared/test/slowtest"
	"sgraph.ai/send/shared/wire"
)

// No route waits without end for a body, whether it reads one or not.
func TestABodyThatDoesNotComeIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	s := start(t, func(set *user.Settings) { set.Patience, set.ClientConnections = slowtest.Impatient, 1000 })
	address := slowtest.Serve(t, s.service.Serve)
	id := s.send("POST", "/api/transfers/create", nil).want(200, "").json()["transfer_id"].(string)
	url := s.send("GET", "/api/presigned/upload-url/"+id, nil).want(200, "").json()["upload_url"].(string)
	slowtest.EveryRoute(t, wire.User, address, []string{"X-Sgraph-Access-Token: " + s.token},
		map[string]string{
			"transfer_id": id, "link": path.Base(url), "token_name": s.token, "locale": "en", "page": "download",
		},
		wire.CreateTransfer, wire.UploadTransfer, wire.InitiateUpload, wire.ResumeUpload, wire.AssembleUpload, wire.PutLink,
		wire.CreateRequest)
}

// Nor does any route wait without end for whoever takes no answer.
func TestAnswersThatNobodyTakesAreNotWaitedFor(t *testing.T) {
	t.Parallel()
	s := start(t, func(set *user.Settings) { set.Patience, set.ClientConnections = slowtest.Impatient, 1000 })
	ciphertext, _ := sealed(t, 100)
	slowtest.NoneTaken(t, wire.User, s.service.Serve, []string{"X-Sgraph-Access-Token: " + s.token},
		map[string]string{
			"transfer_id": s.transfer(ciphertext, nil), "token_name": s.token, "locale": "en", "page": "download",
		})
}

// A download that its client does not take ends.
func TestADownloadThatNobodyTakesIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	s := start(t, func(set *user.Settings) { set.Patience = slowtest.Impatient })
	address := slowtest.Serve(t, s.service.Serve)
	ciphertext, _ := sealed(t, 32<<20)
	id := s.transfer(ciphertext, map[string]any{"max_downloads": 1})
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, slowtest.Head("GET", "/api/transfers/download/"+id)); err != nil {
		t.Fatal(err)
	}
	select {
	case <-s.log.When(func(text string) bool { return strings.Contains(text, `"status":499`) }):
	case <-time.After(2 * time.Minute):
		t.Fatalf("the service still waits:\n%s", s.log)
	}
}
