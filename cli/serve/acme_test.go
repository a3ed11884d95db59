package serve_test

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"sgraph.ai/send/shared/test/pebble"
)

// port is that of an address.
func port(t *testing.T, address string) string {
	t.Helper()
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// shown is the certificate that a client is shown who trusts the authority, or why
// it is not.
func shownTo(address, name string, roots *x509.CertPool) (*x509.Certificate, error) {
	dialer := net.Dialer{Timeout: time.Minute}
	c, err := tls.DialWithDialer(&dialer, "tcp", address, &tls.Config{RootCAs: roots, ServerName: name})
	if err != nil {
		return nil, err
	}
	defer c.Close()
	return c.ConnectionState().PeerCertificates[0], nil
}

// One command and one domain: the certificates of both services come by themselves,
// by a proof over HTTP where TLS cannot give one, and are there after a restart
// when nobody can be asked.
func TestACertificateByHTTP(t *testing.T) {
	t.Parallel()
	https, plain, dir := free(t), free(t), t.TempDir()
	a := pebble.Start(t, port(t, plain), port(t, free(t)), 24*time.Hour)
	env := []string{
		"SEND__DOMAIN=send.test", "SEND__HTTPS_ADDR=" + https, "SEND__HTTP_ADDR=" + plain,
		"SEND__ACME_EMAIL=operator@send.test",
	}
	s := start(t, dir, append(env, "SEND__ACME_DIRECTORY="+a.Directory, "SSL_CERT_FILE="+a.CertFile)...)
	had := map[string]string{}
	for _, name := range []string{"send.test", "admin.send.test"} {
		eventually(t, "there is no certificate for "+name, func() bool {
			cert, err := shownTo(https, name, a.Roots)
			if err == nil {
				had[name] = cert.SerialNumber.String()
			}
			return err == nil
		})
	}
	for _, name := range []string{"other.test", "127.0.0.1", ""} {
		if cert, err := shownTo(https, name, a.Roots); err == nil {
			t.Errorf("for %q there is a certificate of %v", name, cert.DNSNames)
		}
	}
	res, err := visitor(t, https, plain, a.Roots).Get("https://send.test/info/health")
	if err != nil || res.StatusCode != 200 {
		t.Fatal(res, err)
	}
	res.Body.Close()
	healthy(t, append(env, "SEND__DISK_PATH="+dir)...)
	found, err := os.ReadDir(filepath.Join(dir, "acme"))
	if err != nil || len(found) < 3 {
		t.Errorf("kept are %v, %v", found, err)
	}

	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	if err := <-s.ended; err != nil {
		t.Errorf("it ended with %v: %s", err, s.log)
	}
	start(t, dir, append(env, "SEND__ACME_DIRECTORY=https://"+free(t))...)
	for name, serial := range had {
		cert, err := shownTo(https, name, a.Roots)
		if err != nil || cert.SerialNumber.String() != serial {
			t.Errorf("after a restart there is for %s: %v, not %s", name, err, serial)
		}
	}
}

// Where nobody can come without TLS the proof is given by TLS; and a certificate is
// renewed before it ends, while all goes on.
func TestACertificateByTLSIsRenewed(t *testing.T) {
	t.Parallel()
	https, plain := free(t), free(t)
	a := pebble.Start(t, port(t, free(t)), port(t, https), time.Minute) // of which a third is left to renew it
	start(t, t.TempDir(), "SEND__DOMAIN=send.test", "SEND__HTTPS_ADDR="+https, "SEND__HTTP_ADDR="+plain,
		"SEND__ACME_DIRECTORY="+a.Directory, "SSL_CERT_FILE="+a.CertFile)
	serials := map[string]bool{}
	eventually(t, "the certificate is not renewed", func() bool {
		if cert, err := shownTo(https, "send.test", a.Roots); err == nil {
			serials[cert.SerialNumber.String()] = true
		} else if len(serials) > 0 && !strings.Contains(err.Error(), "connection") {
			t.Fatalf("after the first certificate: %v", err)
		}
		return len(serials) > 1
	})
}

// An authority that cannot be asked is said, and keeps nobody waiting.
func TestNoCertificate(t *testing.T) {
	t.Parallel()
	https := free(t)
	s := start(t, t.TempDir(), "SEND__DOMAIN=send.test", "SEND__HTTPS_ADDR="+https, "SEND__HTTP_ADDR="+free(t),
		"SEND__ACME_DIRECTORY=https://"+free(t))
	eventually(t, "it is not said", func() bool { return strings.Contains(s.log.String(), "there is no certificate") })
	if _, err := shownTo(https, "send.test", nil); err == nil {
		t.Error("there is a certificate")
	}
}
