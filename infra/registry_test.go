package main

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"sgraph.ai/send/shared/test/asking"
)

// password is how an account gives out a registry's, or why it does not.
type password struct {
	text string
	err  error
}

func (p password) GetAuthorizationToken(
	context.Context, *ecr.GetAuthorizationTokenInput, ...func(*ecr.Options),
) (*ecr.GetAuthorizationTokenOutput, error) {
	if p.err != nil || p.text == "" {
		return &ecr.GetAuthorizationTokenOutput{}, p.err
	}
	return &ecr.GetAuthorizationTokenOutput{AuthorizationData: []types.AuthorizationData{{
		AuthorizationToken: aws.String(base64.StdEncoding.EncodeToString([]byte(p.text))),
	}}}, nil
}

// nothing is an image of nothing.
type nothing struct{ v1.ImageIndex }

func (n nothing) Push(ctx context.Context, to name.Tag, options ...remote.Option) error {
	return remote.WriteIndex(to, n.ImageIndex, append(options, remote.WithContext(ctx))...)
}

func TestImagesArePushedByWhoMay(t *testing.T) {
	t.Parallel()
	var put atomic.Int32
	images := registry.New(registry.Logger(log.New(io.Discard, "", 0)))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, word, _ := r.BasicAuth(); user != "AWS" || word != "let:me:in" {
			w.Header().Set("WWW-Authenticate", `Basic realm="ECR"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		if r.Method == http.MethodPut {
			put.Add(1)
		}
		images.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	repository := strings.TrimPrefix(server.URL, "http://") + "/sgraph-send-dev"

	for text, account := range map[string]password{
		"no password":        {},
		"cannot be read":     {text: "AWS"},
		"who is it":          {err: errors.New("who is it")},
		"401 Unauthorized":   {text: "AWS:wrong"},
		"registry's passwor": {err: errors.New("denied")},
	} {
		err := pusher(nothing{empty.Index}, account)(t.Context(), repository)
		if err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("%v: %v, want %q", account, err, text)
		}
	}
	if n := put.Load(); n != 0 {
		t.Fatalf("%d were put by who may not", n)
	}
	if err := pusher(nothing{empty.Index}, password{text: "AWS:let:me:in"})(t.Context(), repository); err != nil {
		t.Fatal(err)
	}
	digest, err := empty.Index.Digest()
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequest(http.MethodGet, server.URL+"/v2/sgraph-send-dev/manifests/"+digest.Hex, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.SetBasicAuth("AWS", "let:me:in")
	answer, err := asking.Client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK || answer.Header.Get("Docker-Content-Digest") != digest.String() {
		t.Errorf("its digest is no tag: %s", answer.Status)
	}
}
