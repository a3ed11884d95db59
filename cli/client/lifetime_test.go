package client_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"sgraph.ai/send/cli/client"
	"sgraph.ai/send/cli/internal/site"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/wire"
)

// created are the requests of a service that is asked to create transfers, and
// whose clock is ahead of ours.
func created(s *site.Site, ahead time.Duration, withConfig bool) <-chan wire.CreateTransferRequest {
	asked := make(chan wire.CreateTransferRequest, 10)
	s.Fail(func(w http.ResponseWriter, r *http.Request, service http.Handler) {
		w.Header().Set("Date", time.Now().Add(ahead).UTC().Format(http.TimeFormat))
		if r.URL.Path == wire.Config.To() && !withConfig {
			http.NotFound(w, r)
			return
		}
		if r.URL.Path == wire.CreateTransfer.To() {
			body, _ := io.ReadAll(r.Body)
			var in wire.CreateTransferRequest
			_ = json.Unmarshal(body, &in)
			asked <- in
			in.ExpiresAt = "" // its clock is ours, after all
			body, _ = json.Marshal(in)
			r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		}
		service.ServeHTTP(w, r)
	})
	return asked
}

// How long a transfer lives goes by the service's clock, however wrong this
// machine's is, and without being told is the service's own.
func TestLifetimesAreTheServices(t *testing.T) {
	t.Parallel()
	s := site.Start(t)
	for _, withConfig := range []bool{true, false} {
		for _, ahead := range []time.Duration{0, 26 * time.Hour, -26 * time.Hour, 20 * 365 * 24 * time.Hour} {
			asked := created(s, ahead, withConfig)
			if _, err := at(s).Send(t.Context(), file(10), client.Options{Lifetime: time.Hour}); err != nil {
				t.Fatal(err)
			}
			ends, err := time.Parse(time.RFC3339, (<-asked).ExpiresAt)
			if off := time.Until(ends) - ahead - time.Hour; err != nil || off.Abs() > 10*time.Minute {
				t.Errorf("ahead by %v, config %v: it ends at %v (%v)", ahead, withConfig, ends, err)
			}
		}
	}
	asked := created(s, time.Hour, true)
	if _, err := at(s).Send(t.Context(), file(10), client.Options{}); err != nil {
		t.Fatal(err)
	}
	if in := <-asked; in.ExpiresAt != "" {
		t.Errorf("it was told to end at %s", in.ExpiresAt)
	}
}

func TestLifetimesThatAreTooLong(t *testing.T) {
	t.Parallel()
	s := site.Start(t)
	if _, err := at(s).Send(t.Context(), file(10), client.Options{Lifetime: send.MaxLifetime}); err != nil {
		t.Errorf("the longest: %v", err)
	}
	_, err := at(s).Send(t.Context(), file(10), client.Options{Lifetime: send.MaxLifetime + time.Minute})
	if send.CodeOf(err) != send.Invalid || !strings.Contains(err.Error(), "at most 30 days") {
		t.Errorf("longer: %v", err)
	}
}

// What fails at whatever step after it was created is deleted, since nobody has
// its link.
func TestWhatFailsIsWithdrawn(t *testing.T) {
	t.Parallel()
	for _, n := range []int64{10, 12 << 20} {
		for _, step := range []wire.Route{
			wire.UploadTransfer, wire.InitiateUpload, wire.AssembleUpload, wire.CompleteTransfer,
		} {
			path, _, _ := strings.Cut(step.Path(), "{")
			s := site.Start(t)
			reached, id := false, ""
			s.Fail(func(w http.ResponseWriter, r *http.Request, service http.Handler) {
				if strings.HasPrefix(r.URL.Path, path) {
					reached = true
					w.WriteHeader(http.StatusConflict)
					return
				}
				if _, after, ok := strings.Cut(r.URL.Path, "/delete/"); ok {
					id = after
				}
				service.ServeHTTP(w, r)
			})
			_, err := at(s).Send(t.Context(), file(n), client.Options{})
			if !reached {
				continue // another way goes by other steps
			}
			check(t, step.Path(), err, send.Conflict)
			if info, err := at(s).Info(t.Context(), id); err != nil || info.Status != wire.Deleted {
				t.Errorf("%d bytes fail at %s: %+v, %v", n, step.Path(), info, err)
			}
			s.End()
			if kept := s.Payloads(t); len(kept) > 0 {
				t.Errorf("%d bytes fail at %s: %d objects are left", n, step.Path(), len(kept))
			}
		}
	}
}

// What the service takes for plaintext it refuses where it sees it: the sender is
// told the same at every step.
func TestRefusedContentIsExplained(t *testing.T) {
	t.Parallel()
	for _, n := range []int64{10, 12 << 20} {
		s := site.Start(t)
		s.Fail(func(w http.ResponseWriter, r *http.Request, service http.Handler) {
			if r.Method == http.MethodPut || strings.Contains(r.URL.Path, "/upload/") {
				r.Body = io.NopCloser(io.LimitReader(endless{}, r.ContentLength)) // changed on the way
			}
			service.ServeHTTP(w, r)
		})
		_, err := at(s).Send(t.Context(), file(n), client.Options{})
		if send.ReasonOf(err) != send.ReasonNotCiphertext || !strings.Contains(err.Error(), "not encrypted; send it again") {
			t.Errorf("%d bytes: %s: %v", n, send.ReasonOf(err), err)
		}
		s.End()
		if kept := s.Payloads(t); len(kept) > 0 {
			t.Errorf("%d bytes: %d objects are left", n, len(kept))
		}
	}
}

// A content without end is given up where the service takes no more of it, and
// nothing is asked of the service.
func TestEndlessContent(t *testing.T) {
	t.Parallel()
	s := site.Start(t)
	s.Fail(func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		if r.URL.Path != wire.Config.To() {
			t.Errorf("asked for %s", r.URL.Path)
		}
		_ = json.NewEncoder(w).Encode(wire.ConfigReply{MaxBytes: 40 << 20})
	})
	_, err := at(s).Send(t.Context(), client.File{Content: endless{}, Size: -1}, client.Options{})
	check(t, "without end", err, send.TooLarge)
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	clear(p) // the buffer may hold somebody's ciphertext, which the service would take
	return len(p), nil
}
