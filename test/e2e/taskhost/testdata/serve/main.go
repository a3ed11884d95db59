// Command serve is a service for the tests of the host.
package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	if os.Getenv("FAILS") != "" {
		os.Exit(3)
	}
	if len(os.Args) > 1 && os.Args[1] == "health" {
		return
	}
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			time.Sleep(300 * time.Millisecond)
		}
		root, data := os.WriteFile("/written", nil, 0o600), os.WriteFile("/data/written", nil, 0o600)
		_ = json.NewEncoder(w).Encode(map[string]any{
			"version": os.Getenv("VERSION"), "from": r.RemoteAddr, "host": r.Host, "header": r.Header,
			"user": os.Getuid(), "root": root == nil, "data": data == nil,
			"trusts": os.Getenv("SEND__TRUSTED_PROXIES"),
		})
	})
	server := &http.Server{Addr: cmp.Or(os.Getenv("SERVE_ADDR"), os.Getenv("SEND__USER_ADDR"))}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	go func() {
		if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
			fmt.Println(err)
			os.Exit(1)
		}
	}()
	<-ctx.Done()
	_ = server.Shutdown(context.Background())
}
