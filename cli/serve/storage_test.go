package serve_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"

	"sgraph.ai/send/cli/client"
	"sgraph.ai/send/shared/envelope"
	"sgraph.ai/send/shared/test/asking"
	"sgraph.ai/send/shared/test/dynamolocal"
	"sgraph.ai/send/shared/test/gofakes3"
)

// Wherever bytes and ledger are, apart or together, files are sent and received,
// links lead where clients can go, trouble of either is told apart from that of the
// process, ends by itself, and a restart changes nothing.
func TestBytesAndLedgerApart(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		bucket, table bool
		more          []string
		presigned     bool
	}{
		"bucket, file":              {bucket: true, presigned: true},
		"bucket, file, no links":    {bucket: true, more: []string{"SEND__S3_LINKS=false"}},
		"bucket, file, in portions": {bucket: true, presigned: true, more: []string{"SEND__DIRECT_BYTES=1MiB"}},
		"bucket, table":             {bucket: true, table: true, presigned: true},
		"folder, table":             {table: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, env := t.TempDir(), append([]string{"FAST_API__AUTH__API_KEY__VALUE=an-own-key-of-the-operator"}, c.more...)
			lines := map[string]*line{}
			if c.bucket {
				lines["store"] = newLine(t, *gofakes3.Config(t).BaseEndpoint)
				env = append(env, "SEND__STORAGE_MODE=s3", "SEND__LEDGER_MODE=disk", "SEND__S3_ENDPOINT="+lines["store"].url,
					"SEND__S3_REGION=auto", "SEND__S3_ACCESS_KEY_ID=testing", "SEND__S3_SECRET_ACCESS_KEY=testing",
					"SEND__S3_BUCKET="+gofakes3.Bucket(t), "CACHE__SERVICE__BUCKET_NAME="+gofakes3.Bucket(t))
			}
			if c.table {
				lines["ledger"] = newLine(t, *dynamolocal.Config(t).BaseEndpoint)
				env = append(env, "SEND__LEDGER_MODE=dynamodb", "SEND__LEDGER_ENDPOINT="+lines["ledger"].url,
					"SEND__LEDGER_TABLE="+dynamolocal.Table(t), "AWS_REGION=eu-west-2",
					"AWS_ACCESS_KEY_ID=testing", "AWS_SECRET_ACCESS_KEY=another")
			}
			s := start(t, dir, env...)
			s.token = s.shownToken()
			sent := s.sendAndReceive()

			_, made := s.send("POST", "/api/transfers/create", nil)
			id := made["transfer_id"].(string)
			_, up := s.send("POST", "/api/presigned/initiate", fmt.Appendf(nil, `{"transfer_id":%q,"file_size_bytes":5000}`, id))
			part := up["part_urls"].([]any)[0].(map[string]any)["upload_url"].(string)
			origin, policy := s.user, s.policy()
			if c.presigned {
				origin = lines["store"].url
			}
			if !strings.HasPrefix(part, origin+"/") {
				t.Errorf("parts go to %s, not to %s", part, origin)
			}
			if c.bucket && strings.Contains(policy, lines["store"].url) != c.presigned {
				t.Errorf("the policy of the page is %s", policy)
			}

			disk := map[bool]string{false: `"disk":"ok"`, true: `"disk":"not_configured"`}[c.bucket && c.table]
			if _, ready := s.call("GET", s.user+"/info/ready", nil); !strings.Contains(string(ready), disk) {
				t.Errorf("readiness is %s, without %s", ready, disk)
			}
			for what, line := range lines {
				line.cut()
				s.eventuallyReady(what, 503)
				if status, _ := s.call("GET", s.user+"/info/health", nil); status != 200 {
					t.Errorf("without its %s the process is not said to run: %d", what, status)
				}
				line.mend(t)
				s.eventuallyReady(what, 200)
			}
			s.received(sent)

			s.cmd.Process.Signal(syscall.SIGTERM)
			if err := <-s.ended; err != nil {
				t.Fatalf("it ends with %v:\n%s", err, s.log)
			}
			again := start(t, dir, env...)
			again.token = again.shownToken()
			if again.token != s.token {
				t.Error("the token is another after a restart")
			}
			again.received(sent)
			if c.bucket && !c.table {
				again.losesItsLedger(dir, env)
			}
		})
	}
}

// losesItsLedger begins a ledger anew beside a bucket that is full.
func (s *server) losesItsLedger(dir string, env []string) {
	s.t.Helper()
	s.cmd.Process.Signal(syscall.SIGTERM)
	<-s.ended
	if err := os.Rename(filepath.Join(dir, "ledger.db"), filepath.Join(s.t.TempDir(), "ledger.db")); err != nil {
		s.t.Fatal(err)
	}
	anew := start(s.t, dir, env...)
	eventually(s.t, "a new ledger is believed", func() bool {
		said := anew.log.String()
		return strings.Contains(said, "NOTHING IS SWEPT") && strings.Contains(said, "the bucket test--bucket--") &&
			strings.Contains(said, "delete the object ledger")
	})
}

// shownToken is the access token that is there from the start.
func (s *server) shownToken() string {
	s.t.Helper()
	printed, err := s.shown()
	m := regexp.MustCompile(`Access token +(send-\S+)\n`).FindStringSubmatch(printed)
	if m == nil {
		s.t.Fatalf("shown are %q, %v", printed, err)
	}
	return m[1]
}

// policy is what the page to send from may reach.
func (s *server) policy() string {
	res, err := asking.Client.Get(s.user + "/")
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	return res.Header.Get("Content-Security-Policy")
}

// links are what was sent, by its links.
type links map[envelope.Link][]byte

// sendAndReceive sends a file in one request, and one in parts.
func (s *server) sendAndReceive() links {
	s.t.Helper()
	all := links{}
	for _, n := range []int{300_000, 11 << 20} {
		content := sealed(n) // any bytes
		sent, err := s.client().Send(s.t.Context(), client.File{
			Meta: envelope.Meta{Filename: "a"}, Content: bytes.NewReader(content), Size: int64(n),
		}, client.Options{})
		if err != nil {
			s.t.Fatalf("%d bytes: %v\n%s", n, err, s.log)
		}
		all[sent.Link] = content
	}
	s.received(all)
	return all
}

func (s *server) received(all links) {
	s.t.Helper()
	for link, content := range all {
		var got bytes.Buffer
		if _, err := s.client().Receive(s.t.Context(), link, client.Into(&got)); err != nil ||
			!bytes.Equal(got.Bytes(), content) {
			s.t.Fatalf("%d of %d bytes came: %v\n%s", got.Len(), len(content), err, s.log)
		}
	}
}

func (s *server) client() *client.Client { return &client.Client{Server: s.user, Token: s.token} }

// eventuallyReady waits until readiness says so of a part, and of the whole.
func (s *server) eventuallyReady(part string, status int) {
	s.t.Helper()
	want := map[int]string{200: "ok", 503: "unavailable"}[status]
	eventually(s.t, fmt.Sprintf("it does not say that the %s is %s", part, want), func() bool {
		got, body := s.call("GET", s.user+"/info/ready", nil)
		var reply map[string]string
		return got == status && json.Unmarshal(body, &reply) == nil && reply[part] == want && reply["status"] == want
	})
}

// line is a way to a server that can be cut.
type line struct {
	url string

	to, at string
	mu     sync.Mutex
	open   []io.Closer
}

func newLine(t *testing.T, endpoint string) *line {
	t.Helper()
	to, err := url.Parse(endpoint)
	if err != nil {
		t.Fatal(err)
	}
	l := &line{to: to.Host, at: free(t)}
	l.url = "http://" + l.at
	l.mend(t)
	t.Cleanup(l.cut)
	return l
}

func (l *line) mend(t *testing.T) {
	t.Helper()
	ln, err := net.Listen("tcp", l.at)
	if err != nil {
		t.Fatal(err)
	}
	l.keep(ln)
	go func() {
		for {
			from, err := ln.Accept()
			if err != nil {
				return
			}
			to, err := net.Dial("tcp", l.to)
			if err != nil {
				from.Close()
				continue
			}
			l.keep(from, to)
			go func() { defer from.Close(); _, _ = io.Copy(from, to) }()
			go func() { defer to.Close(); _, _ = io.Copy(to, from) }()
		}
	}()
}

func (l *line) keep(open ...io.Closer) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open = append(l.open, open...)
}

func (l *line) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range l.open {
		c.Close()
	}
	l.open = nil
}
