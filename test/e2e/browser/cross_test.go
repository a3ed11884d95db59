package browser

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"sgraph.ai/send/shared/envelope"
	"sgraph.ai/send/shared/test/asking"
)

// parcel is what is sent in one of the formats.
type parcel struct {
	name   string
	form   envelope.Form     // of what is sealed
	label  byte              // the version of the label
	files  map[string][]byte // by their paths; that of an empty folder ends with "/"
	phrase string

	// Whether a browser opens what a browser sealed: where no other test sees to that.
	between bool
}

// several says that it is a container.
func (c parcel) several() bool { return len(c.files) > 1 }

// write puts the parcel into a folder, and returns its roots.
func (c parcel) write(t *testing.T) (roots []string) {
	t.Helper()
	dir := t.TempDir()
	for path, content := range c.files {
		at := filepath.Join(dir, filepath.FromSlash(path))
		folder := filepath.Dir(at)
		if strings.HasSuffix(path, "/") {
			folder = at
		}
		err := os.MkdirAll(folder, 0o755)
		if err == nil && folder != at {
			err = os.WriteFile(at, content, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		roots = append(roots, filepath.Join(dir, entry.Name()))
	}
	return roots
}

// mustBeIn says that a folder has the parcel, and nothing else.
func (c parcel) mustBeIn(t *testing.T, dir string) {
	t.Helper()
	var found []string
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		below, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		below = filepath.ToSlash(below)
		if entry.IsDir() {
			inside, err := os.ReadDir(path)
			if len(inside) == 0 {
				found = append(found, below+"/")
			}
			return err
		}
		found = append(found, below)
		content, err := os.ReadFile(path)
		if !bytes.Equal(content, c.files[below]) {
			t.Errorf("%s is not what was sent", below)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(found)
	if want := slices.Sorted(maps.Keys(c.files)); !slices.Equal(found, want) {
		t.Errorf("%q arrived, not %q", found, want)
	}
}

// phraseFlags have the command take the passphrase from a file.
func (c parcel) phraseFlags(t *testing.T) []string {
	t.Helper()
	if c.phrase == "" {
		return nil
	}
	file := filepath.Join(t.TempDir(), "phrase.txt")
	if err := os.WriteFile(file, []byte(c.phrase+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return []string{"--passphrase-file", file}
}

// mustBeSealedAs says in which formats the server has a transfer.
func (s *server) mustBeSealedAs(t *testing.T, id string, form envelope.Form, label byte) {
	t.Helper()
	objects, err := filepath.Glob(filepath.Join(s.data, "transfers", "objects", "*"+id+"*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	got := envelope.Form(0)
	for _, path := range objects {
		sealed, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if is, err := envelope.FormOf(sealed[:min(8, len(sealed))]); err == nil {
			got = max(got, is) // a part in the middle looks like version 1
		}
	}
	if got != form {
		t.Errorf("in %d objects it is sealed in version %d, not %d", len(objects), got, form)
	}
	if sealed := s.labelOf(t, id); len(sealed) == 0 || sealed[0] != label {
		t.Errorf("the label is %.1x…, not of version %d", sealed, label)
	}
}

// labelOf is the sealed label of a transfer.
func (s *server) labelOf(t *testing.T, id string) []byte {
	t.Helper()
	var info struct {
		Label []byte `json:"label"`
	}
	s.ask(t, http.MethodGet, "/api/transfers/info/"+id, nil, nil, &info)
	return info.Label
}

// ask sends a request with headers and reads the answer.
func (s *server) ask(t *testing.T, method, path string, headers map[string]string, fields map[string]any, answer any) {
	t.Helper()
	body, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	for name, value := range headers {
		req.Header.Set(name, value)
	}
	res, err := asking.Client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if err := json.NewDecoder(res.Body).Decode(answer); err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%s %s: %s (%v)", method, path, res.Status, err)
	}
}

// send sends a parcel on the send page, and returns its link. Empty folders come by dropping, which cannot be done from
// here, so the page gets several files as what a drop makes of them.
func (p *profile) send(s *server, c parcel, roots []string) (link string) {
	p.t.Helper()
	p.goSend(s)
	if !c.several() {
		p.choose(fileInput, roots...)
	} else {
		encoded, err := json.Marshal(c.files)
		if err != nil {
			p.t.Fatal(err)
		}
		evaluate[bool](p, fmt.Sprintf(`(document.querySelector("file-picker").add(
			Object.entries(%s).map(([path, content]) => ({
				path,
				file: new File([Uint8Array.from(atob(content ?? ""), (c) => c.charCodeAt(0))], path.split("/").at(-1)),
			}))), true)`, encoded))
	}
	if c.phrase != "" {
		p.click(`passphrase-field summary`)
		p.enter(`#passphrase`, c.phrase)
	}
	p.click(submit)
	return p.value(linkInput)
}

// mustReceive says that a page has the parcel behind a link. The command tells of folders with something in them, too:
// these are within.
func (p *profile) mustReceive(link string, c parcel, within ...string) {
	p.t.Helper()
	p.goAfresh(link)
	if c.phrase != "" {
		p.see(passphraseInput)
		p.enter(passphraseInput, c.phrase)
		p.click(receiveIt)
		p.await("!" + isVisible(passphraseInput))
	}
	p.click(receiveIt)
	if !c.several() {
		p.see(received)
		for name, content := range c.files {
			if !bytes.Equal(p.downloaded(name), content) {
				p.t.Errorf("%s is not what was sent", name)
			}
		}
		return
	}
	files, folders := maps.Clone(c.files), []string(nil)
	for path, content := range c.files {
		if strings.HasSuffix(path, "/") {
			delete(files, path)
			folders = append(folders, path)
			continue
		}
		p.click(fmt.Sprintf(`[aria-label="Save %s"]`, path)) // by its range
		if !bytes.Equal(p.downloaded(filepath.Base(path)), content) {
			p.t.Errorf("%s is not what was sent", path)
		}
	}
	p.click(saveAll)
	name := ""
	p.await(fmt.Sprintf(`document.querySelector(%q)?.innerText.startsWith("All is saved")`, filesSaved))
	for end := time.Now().Add(patience); name == "" && time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		name = p.archive()
	}
	mustHoldAll(p.t.(*testing.T), p.downloaded(name), files, append(folders, within...)...)
}

// archive is the name of an archive that is downloaded.
func (p *profile) archive() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	for name := range p.complete {
		if strings.HasSuffix(name, ".zip") {
			return name
		}
	}
	return ""
}

// Whatever one of the two seals, in every format, the other opens.
func TestEveryFormatBetweenCommandAndBrowser(t *testing.T) {
	inBrowser(t)
	s := serve(t)
	p := open(t, usual)
	p.must(p.Before(withoutPickers))
	of := func(size int) []byte {
		_, content := randomFile(t, "x", size)
		return content
	}
	const phrase = "Ünd so weiter 4711"
	papers := map[string][]byte{"papers/one.txt": of(3), "papers/ünd/two.bin": of(1<<20 + 5), "papers/nothing/": nil}
	for _, c := range []parcel{
		{name: "version 1", form: envelope.V1, label: 1, files: map[string][]byte{"ünd (1).bin": of(300_000)}},
		{name: "version 2", form: envelope.V2, label: 1, files: map[string][]byte{"large.bin": of(33 << 20)}},
		{name: "several files", form: envelope.V2, label: 1, files: papers},
		{
			name: "version 3", form: envelope.V3, label: 2, files: map[string][]byte{"locked.bin": of(300_000)},
			phrase: phrase, between: true,
		},
		{name: "several files in version 3", form: envelope.V3, label: 2, files: papers, phrase: phrase, between: true},
	} {
		roots, flags := c.write(t), c.phraseFlags(t)
		t.Run(c.name+" from the command", func(t *testing.T) {
			link := strings.TrimSpace(s.run(t, "", slices.Concat([]string{"send"}, flags, roots)...))
			id, _ := partsOf(t, link)
			s.mustBeSealedAs(t, id, c.form, c.label)
			if c.several() {
				p.mustReceive(link, c, "papers/", "papers/ünd/")
			} else {
				p.mustReceive(link, c)
			}
			s.mustCount(t, id, 1)
		})
		t.Run(c.name+" from the browser", func(t *testing.T) {
			link := p.send(s, c, roots)
			id, _ := partsOf(t, link)
			s.mustBeSealedAs(t, id, c.form, c.label)
			told := s.run(t, "", slices.Concat([]string{"info"}, flags, []string{link})...)
			for path := range c.files {
				if !strings.HasSuffix(path, "/") && !strings.Contains(told, filepath.Base(path)) {
					t.Errorf("of %s sgsend info tells nothing: %s", path, told)
				}
			}
			dir := t.TempDir()
			args := slices.Concat([]string{"receive"}, flags)
			if c.several() {
				const path = "papers/ünd/two.bin"
				one := t.TempDir()
				s.run(t, "", slices.Concat(args, []string{"-o", one, "--only", path, link})...)
				parcel{files: map[string][]byte{path: c.files[path]}}.mustBeIn(t, one)
			}
			s.run(t, "", slices.Concat(args, []string{"-o", dir, link})...)
			c.mustBeIn(t, dir)
			if c.between {
				p.mustReceive(link, c)
			}
		})
	}

	const text = "The door code is 4711.\n<b>ünïcode</b> 写真"
	t.Run("a text from elsewhere", func(t *testing.T) {
		key := envelope.NewKey()
		var sealed bytes.Buffer
		if err := envelope.Encrypt(&sealed, key, envelope.Meta{}, strings.NewReader(text), int64(len(text))); err != nil {
			t.Fatal(err)
		}
		p.goAfresh(s.URL + "/d/#" + s.keep(t, sealed.Bytes(), "text/plain", "") + "/" + key.String())
		p.click(receiveIt)
		p.see(shownText)
		if got := evaluate[string](p, `document.querySelector(".shown-text").textContent`); got != text {
			t.Errorf("%q arrived", got)
		}
	})
	t.Run("a text from the browser", func(t *testing.T) {
		link := p.sendText(s, text)
		id, _ := partsOf(t, link)
		s.mustBeSealedAs(t, id, envelope.V1, 1)
		if got := s.run(t, "", "receive", "-o", "-", link); got != text {
			t.Errorf("%q arrived", got)
		}
	})
}

// A request that a program made is answered by a page.
func TestRequestOfAProgram(t *testing.T) {
	inBrowser(t)
	s := serve(t)
	private, err := envelope.NewRequestKey()
	if err != nil {
		t.Fatal(err)
	}
	public, err := private.Public()
	if err != nil {
		t.Fatal(err)
	}
	r := envelope.Request{Origin: s.URL, Seed: envelope.NewKey(), Public: public}
	secret := envelope.NewKey().String()
	var made struct {
		ID string `json:"request_id"`
	}
	s.ask(t, http.MethodPost, "/api/requests/create", map[string]string{"x-sgraph-access-token": s.Token},
		map[string]any{
			"public_key": r.Public.String(), "grant_hash": hashOf(r.Grant()), "auth_hash": hashOf(secret),
			"label": envelope.SealLabel(r.Seed, envelope.Label{Note: "The plans"}),
		}, &made)
	r.ID = made.ID

	path, content := randomFile(t, "plans, ünd so.bin", 300_000)
	sender := open(t, usual)
	sender.goTo(r.String())
	sender.see(submit)
	if said := sender.text(`request-page [data-title]`) + sender.text(`request-page blockquote`); !strings.Contains(
		said, "The plans") {
		t.Errorf("what is asked for is %q", said)
	}
	sender.choose(fileInput, path)
	sender.click(submit)
	sender.see(sendingDone)

	var list struct {
		Transfers []struct {
			ID        string `json:"transfer_id"`
			SealedKey []byte `json:"sealed_key"`
		} `json:"transfers"`
	}
	s.ask(t, http.MethodGet, "/api/requests/transfers/"+r.ID,
		map[string]string{"x-sgraph-request-auth": secret}, nil, &list)
	if len(list.Transfers) != 1 {
		t.Fatalf("%d arrived", len(list.Transfers))
	}
	one := list.Transfers[0]
	key, err := private.OpenKey(r.ID, one.SealedKey)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := private.OpenKey("ffffffffffff", one.SealedKey); err == nil {
		t.Error("the key was sealed to any request")
	}
	dir := t.TempDir()
	s.run(t, "", "receive", "-o", dir, s.URL+"/d/#"+one.ID+"/"+key.String())
	parcel{files: map[string][]byte{"plans, ünd so.bin": content}}.mustBeIn(t, dir)
	sender.mustNotHaveSaid(map[string]string{"the key": key.String(), "the request's seed": r.Seed.String()})
}

// A request that a page made is answered by a program, and the page opens it.
func TestRequestAnsweredByAProgram(t *testing.T) {
	inBrowser(t)
	s := serve(t)
	maker := open(t, usual)
	r, err := envelope.ParseRequest(maker.ask(s, "The plans"))
	if err != nil {
		t.Fatal(err)
	}
	key := envelope.NewKey()
	sealedKey, err := r.SealKey(key)
	if err != nil {
		t.Fatal(err)
	}
	const name = "plans.txt"
	var sealed bytes.Buffer
	if err := envelope.Encrypt(&sealed, key, envelope.Meta{Filename: name}, strings.NewReader("here"), 4); err != nil {
		t.Fatal(err)
	}
	label := envelope.SealLabel(key, envelope.Label{Files: []envelope.LabelFile{{Name: name, Size: 4}}, Size: 4})
	granted := &server{URL: s.URL, Token: "request." + r.ID + "." + r.Grant()}
	if _, err := granted.create(t, sealed.Bytes(), map[string]any{
		"sealed_key": base64.StdEncoding.EncodeToString(sealedKey), "label": label,
	}); err != nil {
		t.Fatal(err)
	}

	maker.goAfresh(s.URL + "/#ask")
	maker.see(arrived)
	maker.await(fmt.Sprintf(`document.querySelector("own-request .files .name").innerText.includes(%q)`, name))
	maker.click(arrived)
	maker.click(receiveIt)
	maker.see(received)
	if got := maker.downloaded(name); string(got) != "here" {
		t.Errorf("%q arrived", got)
	}
}

func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
