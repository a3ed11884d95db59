package main

import (
	"context"
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"sgraph.ai/send/test/e2e/traffic"
)

// psiTransfer is PsiTransfer, whose uploads are those of tus.
type psiTransfer struct{ process }

func newPsiTransfer(dir string) (server, error) {
	app, err := installed("psitransfer", "psitransfer/app.js")
	if err != nil {
		return nil, err
	}
	if app, err = filepath.EvalSymlinks(app); err != nil { // npm links to it
		return nil, err
	}
	address, err := traffic.Free("127.0.0.1")
	if err != nil {
		return nil, err
	}
	_, port, err := net.SplitHostPort(address)
	return &psiTransfer{process{
		dir: dir, url: "http://" + address, health: "/config.json",
		command: func() *exec.Cmd {
			cmd := exec.Command("node", app)
			cmd.Dir = filepath.Dir(app)
			cmd.Env = []string{
				"NODE_ENV=production", "PSITRANSFER_IFACE=127.0.0.1", "PSITRANSFER_PORT=" + port,
				"PSITRANSFER_UPLOAD_DIR=" + filepath.Join(dir, "files"),
			}
			return cmd
		},
	}}, err
}

func (*psiTransfer) name() string { return "PsiTransfer" }

func (p *psiTransfer) upload(ctx context.Context, c *http.Client, f content) (string, error) {
	const tus = "1.0.0"
	var metadata []string
	for _, pair := range [][2]string{
		{"sid", "bench" + strconv.FormatUint(f.id, 36)}, {"retention", "3600"}, {"name", "file"},
	} {
		metadata = append(metadata, pair[0]+" "+base64.StdEncoding.EncodeToString([]byte(pair[1])))
	}
	headers, _, err := ask(ctx, c, http.MethodPost, p.url+"/files", nil, 0, "Tus-Resumable", tus,
		"Upload-Length", strconv.FormatInt(f.size, 10), "Upload-Metadata", strings.Join(metadata, ","))
	if err != nil {
		return "", err
	}
	at := headers.Get("Location")
	if at == "" {
		return "", fmt.Errorf("POST %s/files: no Location", p.url)
	}
	if strings.HasPrefix(at, "/") {
		at = p.url + at
	}
	_, err = body(ctx, c, http.MethodPatch, at, f.source(), f.size, "Tus-Resumable", tus,
		"Upload-Offset", "0", "Content-Type", "application/offset+octet-stream")
	return at, err
}

// forget removes a file from where it is kept: its API has no way to.
func (p *psiTransfer) forget(_ context.Context, _ *http.Client, url string) error {
	bucket, key, _ := strings.Cut(path.Base(url), "++")
	return os.Remove(filepath.Join(p.dir, "files", bucket, key))
}
