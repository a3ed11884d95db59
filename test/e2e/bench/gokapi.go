package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"sgraph.ai/send/test/e2e/traffic"
)

// gokapi is Gokapi, which keeps files in a folder and what it knows of them in an SQLite.
type gokapi struct {
	process
	key string // of its API
}

// gokapiPart is how much of a file it is sent at once, as it asks for by default.
const gokapiPart = 45 << 20

func newGokapi(dir string) (server, error) {
	bin, err := installed("gokapi")
	if err != nil {
		return nil, err
	}
	address, err := traffic.Free("127.0.0.1")
	if err != nil {
		return nil, err
	}
	data := filepath.Join(dir, "data")
	if err := os.MkdirAll(data, 0o700); err != nil {
		return nil, err
	}
	// Its own setup listens at every address. Nobody is asked who they are: what that costs others do not have either.
	config, err := json.Marshal(map[string]any{
		"Authentication": map[string]any{
			"Method": 3, "Username": "bench", "SaltAdmin": strings.Repeat("a", 30), "SaltFiles": strings.Repeat("f", 30),
		},
		"Port": address, "ServerUrl": "http://" + address + "/", "RedirectUrl": "http://" + address + "/",
		"DataDir": data, "DatabaseUrl": "sqlite://" + filepath.Join(data, "gokapi.sqlite"),
		"ConfigVersion": 22, "LengthId": 15, "MaxFileSizeMB": 102400, "MaxMemory": 50, "ChunkSize": gokapiPart >> 20,
		"MaxParallelUploads": 4,
	})
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "config.json"), config, 0o600)
	}
	if err != nil {
		return nil, err
	}
	environment := []string{"GOKAPI_CONFIG_DIR=" + dir, "GOKAPI_DATA_DIR=" + data}
	person := exec.Command(bin, "--deployment-password", rand.Text()) // from version 2 on there has to be one
	person.Env = append(os.Environ(), environment...)
	if said, err := person.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("it cannot be set up: %w\n%s", err, said)
	}
	return &gokapi{process: process{
		dir: dir, url: "http://" + address, health: "/robots.txt",
		command: func() *exec.Cmd {
			cmd := exec.Command(bin)
			cmd.Env = environment
			return cmd
		},
	}}, nil
}

func (*gokapi) name() string { return "Gokapi" }

// start is that of a process, after which it is asked, once, for a key of its API.
func (g *gokapi) start(ctx context.Context) error {
	err := g.process.start(ctx)
	if err == nil && g.key == "" {
		if g.key, err = g.keyOfAPI(ctx); err != nil {
			g.stop()
		}
	}
	return err
}

// systemKey is in a page of version 1, whose scripts it is for.
var systemKey = regexp.MustCompile(`systemKey = "(\w+)"`)

func (g *gokapi) keyOfAPI(ctx context.Context) (string, error) {
	c := http.DefaultClient
	page, err := body(ctx, c, http.MethodGet, g.url+"/admin", nil, 0)
	if err != nil {
		return "", err
	}
	if m := systemKey.FindSubmatch(page); m != nil {
		return string(m[1]), nil
	}
	// Version 2 gives its pages a key for five minutes, with which another can be made.
	var token struct{ Key string }
	b, err := body(ctx, c, http.MethodGet, g.url+"/auth/token", nil, 0, "permission", "PERM_API_MOD")
	if err == nil {
		err = json.Unmarshal(b, &token)
	}
	if err != nil {
		return "", err
	}
	var made struct{ ID string }
	b, err = body(ctx, c, http.MethodPost, g.url+"/api/auth/create", nil, 0,
		"apikey", token.Key, "friendlyName", "bench", "basicPermissions", "true")
	if err == nil {
		err = json.Unmarshal(b, &made)
	}
	return made.ID, err
}

// upload sends a file in parts, as its pages do.
func (g *gokapi) upload(ctx context.Context, c *http.Client, f content) (string, error) {
	id := "bench-" + strconv.FormatUint(f.id, 36)
	from := f.source()
	for at := int64(0); at < f.size; at += gokapiPart {
		part := min(gokapiPart, f.size-at)
		var head, end bytes.Buffer
		form := multipart.NewWriter(&head)
		for name, value := range map[string]string{
			"uuid": id, "filesize": strconv.FormatInt(f.size, 10), "offset": strconv.FormatInt(at, 10),
		} {
			if err := form.WriteField(name, value); err != nil {
				return "", err
			}
		}
		if _, err := form.CreateFormFile("file", "file"); err != nil {
			return "", err
		}
		fmt.Fprintf(&end, "\r\n--%s--\r\n", form.Boundary())
		size := int64(head.Len()) + part + int64(end.Len())
		_, err := body(ctx, c, http.MethodPost, g.url+"/api/chunk/add",
			io.MultiReader(&head, io.LimitReader(from, part), &end), size,
			"Content-Type", form.FormDataContentType(), "apikey", g.key)
		if err != nil {
			return "", err
		}
	}
	// Version 1 reads it out of a form, version 2 out of headers.
	about := [][2]string{
		{"uuid", id}, {"filename", "file"}, {"filesize", strconv.FormatInt(f.size, 10)},
		{"allowedDownloads", "0"}, {"expiryDays", "1"},
	}
	asked, headers := url.Values{}, []string{"Content-Type", "application/x-www-form-urlencoded", "apikey", g.key}
	for _, pair := range about {
		asked.Set(pair[0], pair[1])
		headers = append(headers, pair[0], pair[1])
	}
	form := asked.Encode()
	b, err := body(ctx, c, http.MethodPost, g.url+"/api/chunk/complete", strings.NewReader(form), int64(len(form)),
		headers...)
	if err != nil {
		return "", err
	}
	var kept struct{ FileInfo struct{ ID string } }
	if err := json.Unmarshal(b, &kept); err != nil || kept.FileInfo.ID == "" {
		return "", fmt.Errorf("Gokapi: %w: %.200s", errors.Join(errors.New("no identifier"), err), b)
	}
	return g.url + "/downloadFile?id=" + kept.FileInfo.ID, nil
}

func (g *gokapi) forget(ctx context.Context, c *http.Client, at string) error {
	_, id, _ := strings.Cut(at, "?id=")
	_, err := body(ctx, c, http.MethodDelete, g.url+"/api/files/delete", nil, 0, "apikey", g.key, "id", id)
	return err
}
