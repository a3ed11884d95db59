package terminal

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"

	"sgraph.ai/send/shared/test/logtest"
)

// domain is where the recorded service is.
const domain = "send.example.org"

// rows are more than what is recorded takes.
const rows = 40

// recorder types commands at a terminal and keeps what it shows.
type recorder struct {
	t      *testing.T
	cast   Cast
	sgsend string // the binary
	dir    string // where it runs
	env    []string

	at float64 // seconds since the beginning
}

// session records what is shown of sgsend: two files are sent, looked at and received.
// Unless the line is slow, it takes no longer than it has to.
func session(t *testing.T, slow bool) Cast {
	t.Helper()
	r := &recorder{t: t, sgsend: filepath.Join(t.TempDir(), "sgsend")}
	r.cast = Cast{Width: 119, Height: rows, Title: "sgsend sends two files, shows what waits, and receives them"}
	build := exec.CommandContext(t.Context(), "go", "build", "-o", r.sgsend, "./cli/cmd/sgsend")
	build.Dir = filepath.Join("..", "..", "..")
	if said, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	certificate, key := selfSigned(t)
	address, token := serve(t, r.sgsend, certificate, key)
	bytesPerSecond := 0
	if slow {
		bytesPerSecond = 12 << 20
	}
	r.env = append(os.Environ(),
		"HOME="+t.TempDir(), "TERM=xterm",
		"HTTPS_PROXY="+forward(t, address, bytesPerSecond), "SSL_CERT_FILE="+certificate, "SSL_CERT_DIR=/none",
		"SGSEND_SERVER=https://"+domain, "SGSEND_TOKEN="+token)
	r.dir = t.TempDir()
	for name, size := range map[string]int{"survey.pdf": 18_400_000, "plan.png": 2_150_000} {
		if err := os.WriteFile(filepath.Join(r.dir, name), make([]byte, size), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	said := r.types("sgsend send survey.pdf plan.png --downloads 5 --note draft")
	_, link, found := strings.Cut(said, "https://")
	if !found {
		t.Fatalf("there is no link in\n%s", said)
	}
	link = "https://" + strings.Fields(link)[0]
	r.dir = t.TempDir() // of the recipient
	r.types("sgsend info '" + link + "'")
	r.types("sgsend receive '" + link + "'")
	r.shows(prompt)
	all, err := r.cast.spans()
	if err != nil {
		t.Fatal(err)
	}
	r.cast.Height = len(left(all)) // a terminal as high as it has to be
	return r.cast
}

func (r *recorder) shows(text string) {
	r.cast.Events = append(r.cast.Events, Event{math.Round(r.at*100) / 100, text}) // as it is kept
}

// types types a command, runs it, and answers what it said.
func (r *recorder) types(command string) string {
	r.t.Helper()
	r.shows(prompt)
	r.at += 0.6
	for i, word := range strings.SplitAfter(command, " ") {
		if i > 0 {
			r.at += 0.16
		}
		r.shows(word)
	}
	r.at += 0.5
	r.shows("\r\n")

	words := strings.Fields(strings.ReplaceAll(command, "'", "")) // there is no blank within any
	cmd := exec.CommandContext(r.t.Context(), r.sgsend, words[1:]...)
	cmd.Dir, cmd.Env = r.dir, r.env
	began, before := time.Now(), r.at
	terminal, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: rows, Cols: uint16(r.cast.Width)})
	if err != nil {
		r.t.Fatal(err)
	}
	defer terminal.Close()
	var said bytes.Buffer
	for buffer := make([]byte, 4096); ; {
		n, err := terminal.Read(buffer)
		if n > 0 {
			said.Write(buffer[:n])
			r.at = before + time.Since(began).Seconds()
			r.shows(string(buffer[:n]))
		}
		if err != nil { // Linux says EIO where nobody is left at the other end
			break
		}
	}
	if err := cmd.Wait(); err != nil {
		r.t.Fatalf("%s: %v\n%s", command, err, &said)
	}
	r.at += 1.2
	return said.String()
}

var served = regexp.MustCompile(`Send and receive\s+https://` + domain + `:(\d+)\s`)

// serve starts the service, with TLS, and answers where it listens and a token.
func serve(t *testing.T, binary, certificate, key string) (address, token string) {
	t.Helper()
	data := t.TempDir()
	cmd := exec.CommandContext(t.Context(), binary, "serve", "--domain", domain)
	cmd.Env = append(os.Environ(), "SEND__HTTPS_ADDR=127.0.0.1:0", "SEND__HTTP_ADDR=127.0.0.1:0",
		"SEND__TLS_CERT="+certificate, "SEND__TLS_KEY="+key, "SEND__DISK_PATH="+data)
	var said logtest.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Wait() }) // it ends with the test
	select {
	case <-said.When(func(text string) bool {
		if found := served.FindStringSubmatch(text); found != nil {
			address = "127.0.0.1:" + found[1]
		}
		return address != ""
	}):
	case <-time.After(2 * time.Minute):
		t.Fatalf("serve did not say where it is:\n%s", &said)
	}
	text, err := os.ReadFile(filepath.Join(data, "access-token"))
	if err != nil {
		t.Fatal(err)
	}
	return address, strings.TrimSpace(string(text))
}

// forward is a proxy that leads whatever is asked for to one address, so fast or as
// fast as it can.
func forward(t *testing.T, address string, bytesPerSecond int) string {
	t.Helper()
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		to, err := net.Dial("tcp", address)
		if err != nil || r.Method != http.MethodConnect {
			http.Error(w, "no tunnel", http.StatusBadGateway)
			return
		}
		defer to.Close()
		w.WriteHeader(http.StatusOK)
		from, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer from.Close()
		done := make(chan struct{}, 2)
		pass := func(out io.Writer, in io.Reader) {
			for {
				n, err := io.CopyN(out, in, 64<<10)
				if bytesPerSecond > 0 {
					time.Sleep(time.Duration(n) * time.Second / time.Duration(bytesPerSecond))
				}
				if err != nil {
					done <- struct{}{}
					return
				}
			}
		}
		go pass(to, from)
		go pass(from, to)
		<-done
	}))
	t.Cleanup(proxy.Close)
	return proxy.URL
}

// selfSigned writes a certificate for the domain, and its key.
func selfSigned(t *testing.T) (certificate, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: domain}, DNSNames: []string{domain, "admin." + domain},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name, kind string, content []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: content}), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	return write("certificate.pem", "CERTIFICATE", der), write("key.pem", "PRIVATE KEY", pkcs8)
}
