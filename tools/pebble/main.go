// Command pebble is Pebble, Let's Encrypt's small authority for tests of ACME
// clients:
//
//	pebble ADDRESS HTTP-PORT TLS-PORT SECONDS
//
// It looks for proofs at these ports of this machine, whatever the name, and its
// certificates are valid for so many seconds. ADDRESS answers, without TLS, at
// /directory where the authority's directory is, at /tls by which certificate that
// speaks TLS, and at /root with the root of the certificates that it makes. It ends
// as soon as its standard input does, so that it never outlives a test.
package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"os"
	"strconv"
	"time"

	"github.com/letsencrypt/pebble/v2/ca"
	"github.com/letsencrypt/pebble/v2/db"
	"github.com/letsencrypt/pebble/v2/va"
	"github.com/letsencrypt/pebble/v2/wfe"
	"github.com/miekg/dns"
)

func main() {
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "pebble:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 4 {
		return fmt.Errorf("usage: pebble ADDRESS HTTP-PORT TLS-PORT SECONDS")
	}
	var numbers [3]int
	for i, arg := range args[1:] {
		var err error
		if numbers[i], err = strconv.Atoi(arg); err != nil {
			return err
		}
	}
	names, err := resolver()
	if err != nil {
		return err
	}
	// It sleeps at random otherwise, and takes an earlier proof for the next one.
	for _, set := range [][2]string{{"PEBBLE_VA_NOSLEEP", "1"}, {"PEBBLE_AUTHZREUSE", "0"}} {
		if err := os.Setenv(set[0], set[1]); err != nil {
			return err
		}
	}
	logger, store := log.New(os.Stderr, "", log.LstdFlags), db.NewMemoryStore()
	maker := ca.New(logger, store, "", "ecdsa", 0, 1, map[string]ca.Profile{
		"default": {Description: "for tests", ValidityPeriod: uint64(numbers[2])},
	})
	checker := va.New(logger, numbers[0], numbers[1], false, names, store)
	front := wfe.New(logger, store, checker, maker, []string{"pebble.test"}, false, false, 1, 1)

	own, pair, err := certificate()
	if err != nil {
		return err
	}
	secured, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{pair}})
	if err != nil {
		return err
	}
	plain, err := net.Listen("tcp", args[0])
	if err != nil {
		return err
	}
	about := http.NewServeMux()
	about.HandleFunc("/directory", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, "https://%s%s", secured.Addr(), wfe.DirectoryPath)
	})
	about.HandleFunc("/tls", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(own) })
	about.HandleFunc("/root", func(w http.ResponseWriter, r *http.Request) {
		r.URL.Path = wfe.RootCertPath + "0"
		front.ManagementHandler().ServeHTTP(w, r)
	})
	go func() { log.Fatal(serve(secured, front.Handler())) }()
	return serve(plain, about)
}

func serve(ln net.Listener, h http.Handler) error {
	server := http.Server{Handler: h, ReadHeaderTimeout: time.Minute}
	return server.Serve(ln)
}

// resolver answers that every name is this machine, and returns where it does.
func resolver() (address string, err error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0") // Pebble asks by TCP
	if err != nil {
		return "", err
	}
	handler := dns.HandlerFunc(func(w dns.ResponseWriter, q *dns.Msg) {
		answer := new(dns.Msg).SetReply(q)
		for _, asked := range q.Question {
			if asked.Qtype == dns.TypeA {
				answer.Answer = append(answer.Answer, &dns.A{
					Hdr: dns.RR_Header{Name: asked.Name, Rrtype: dns.TypeA, Class: dns.ClassINET},
					A:   net.IPv4(127, 0, 0, 1),
				})
			}
		}
		_ = w.WriteMsg(answer)
	})
	go func() { log.Fatal((&dns.Server{Listener: ln, Handler: handler}).ActivateAndServe()) }()
	return ln.Addr().String(), nil
}

// certificate makes the one that the authority itself speaks TLS by.
func certificate() (own []byte, pair tls.Certificate, err error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, pair, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, pair, err
	}
	own = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	return own, tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
}
