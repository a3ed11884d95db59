// Package roots says whom to trust where the system does not, as in a container
// that holds nothing else.
package roots

import (
	"crypto/x509"
	"os"
	"runtime"

	"golang.org/x/crypto/x509roots/fallback/bundle"
)

// systems are the files in which Linux systems say whom they trust: those in which
// crypto/x509 looks for it, which takes the first that is there.
var systems = []string{
	"/etc/ssl/certs/ca-certificates.crt",                // Debian, Ubuntu, Gentoo, Alpine
	"/etc/pki/tls/certs/ca-bundle.crt",                  // Fedora, RHEL 6
	"/etc/ssl/ca-bundle.pem",                            // OpenSUSE
	"/etc/pki/tls/cacert.pem",                           // OpenELEC
	"/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", // CentOS, RHEL 7
	"/etc/ssl/cert.pem",                                 // Alpine
}

// FallBack has crypto/x509 trust Mozilla's roots where the system has none: what
// golang.org/x/crypto/x509roots/fallback does whenever a program starts. To read
// them takes milliseconds, a third of all that is prepared then, and most of a MiB, so
// that it is left where the system has a file of its own, or SSL_CERT_FILE names one,
// which is looked at instead. It is to be called once, before anything is verified.
func FallBack() {
	files := systems
	if named := os.Getenv("SSL_CERT_FILE"); named != "" {
		files = []string{named}
	}
	if runtime.GOOS == "linux" && areIn(files) {
		return
	}
	pool := x509.NewCertPool()
	for root := range bundle.Roots() {
		c, err := x509.ParseCertificate(root.Certificate)
		switch {
		case err != nil:
			panic(err) // of what is built in
		case root.Constraint != nil:
			pool.AddCertWithConstraint(c, root.Constraint)
		default:
			pool.AddCert(c)
		}
	}
	x509.SetFallbackRoots(pool)
}

// areIn says whether one of the files has something.
func areIn(files []string) bool {
	for _, file := range files {
		if info, err := os.Stat(file); err == nil && info.Size() > 0 {
			return true
		}
	}
	return false
}
