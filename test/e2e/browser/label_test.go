package browser

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sgraph.ai/send/shared/envelope"
)

const (
	readyTitle  = `form[data-view="ready"] [data-title]`
	noteInput   = `#note`
	noteLeft    = `#note-left`
	shownNote   = `sealed-label blockquote`
	shownFiles  = `sealed-label .files`
	composeNote = `form[data-view="compose"] error-note > div`
)

// keepLabelled makes a transfer that can be downloaded once, of a file with a label that says this.
func (s *server) keepLabelled(t *testing.T, label string) (link string) {
	t.Helper()
	id, key := s.keepOnce(t, "file.bin", []byte("the content"), label)
	return s.URL + "/d/#" + id + "/" + key
}

// sealLabel seals what no writer of ours would write.
func sealLabel(t *testing.T, key envelope.Key, text string) []byte {
	t.Helper()
	derived, err := hkdf.Key(sha256.New, key[:], nil, "sgraph-send label 1", 32)
	if err != nil {
		t.Fatal(err)
	}
	block, err := aes.NewCipher(derived)
	if err != nil {
		t.Fatal(err)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		t.Fatal(err)
	}
	size := 512
	for size < 1+12+16+len(text) {
		size *= 2
	}
	plain := text + strings.Repeat(" ", size-1-12-16-len(text))
	nonce := []byte("twelve bytes")
	return gcm.Seal(append([]byte{1}, nonce...), nonce, []byte(plain), []byte{1})
}

// run runs sgsend against the server.
func (s *server) run(t *testing.T, stdin string, args ...string) (stdout string) {
	t.Helper()
	binary, err := sgsend()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, binary, args...)
	cmd.Dir = s.dir
	cmd.Env = slices.Concat(os.Environ(), s.env, []string{"SGSEND_SERVER=" + s.URL, "SGSEND_TOKEN=" + s.Token})
	cmd.Stdin = strings.NewReader(stdin)
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("sgsend %s: %v\n%s", strings.Join(args, " "), err, &complaints)
	}
	return string(out)
}

// picture writes a picture of many colours.
func picture(t *testing.T, name string, side int) (path string) {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, side, side*3/4))
	for y := range side * 3 / 4 {
		for x := range side {
			img.Set(x, y, color.RGBA{uint8(255 * x / side), uint8(255 * y / side), uint8(x ^ y), 255})
		}
	}
	path = filepath.Join(t.TempDir(), name)
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := png.Encode(f, img); err != nil {
		t.Fatal(err)
	}
	return path
}

// What is waiting is shown before anything is spent, and a wrong key is found out.
func TestLabelBeforeTheDownload(t *testing.T) {
	inBrowser(t)
	s := serve(t)
	const name, note = "Holiday canary-55f1.png", "Dear recipient,\ncanary-a0b2 <b>here</b> it is 👋"
	path := picture(t, name, 900)

	sender := open(t, usual)
	sender.goSend(s)
	sender.choose(fileInput, path)
	sender.click(noteLine)
	sender.enter(noteInput, note)
	sender.chooseDownloads("1")
	sender.click(submit)
	link := sender.value(linkInput)
	id, key := partsOf(t, link)

	recipient := open(t, usual)
	recipient.goTo(s.URL + "/d/#" + id + "/" + mistyped(key))
	recipient.see(readyError)
	if said := recipient.text(readyError); !strings.Contains(said, "The key does not fit") {
		t.Errorf("for a wrong key the page says %q", said)
	}
	recipient.click(receiveIt) // which spends nothing
	recipient.enter(keyInput, key)
	recipient.see(shownNote)
	if said := recipient.text(readyTitle); said != name+" is waiting for you" {
		t.Errorf("the title is %q", said)
	}
	if said := recipient.text(shownNote); said != note {
		t.Errorf("the note is %q", said)
	}
	recipient.see(`sealed-label img`)
	recipient.await(`document.querySelector("sealed-label img").naturalWidth === 160`)
	s.mustCount(t, id, 0)

	if told := s.run(t, "", "info", link); !strings.Contains(told, name) || !strings.Contains(told, "canary-a0b2") {
		t.Errorf("sgsend info tells %s", told)
	}
	recipient.click(receiveIt)
	recipient.see(received)
	sent, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(recipient.downloaded(name), sent) {
		t.Error("other bytes arrived")
	}
	s.mustCount(t, id, 1)

	secrets := map[string]string{"the name": "canary-55f1", "the note": "canary-a0b2", "the key": key}
	sender.mustNotHaveSaid(secrets)
	recipient.mustNotHaveSaid(secrets)
	s.mustNotKnow(t, secrets)
}

// Of a folder the label has the files that are in it; of a text its length and not its beginning.
func TestLabelOfFilesAndOfAText(t *testing.T) {
	inBrowser(t)
	s := serve(t)
	sender := open(t, usual)
	var paths []string
	for i := range 130 {
		path, _ := randomFile(t, fmt.Sprintf("file number %03d with a long name, so that not all fit.bin", i), 10)
		paths = append(paths, path)
	}
	link := sender.sendFile(s, paths...)
	recipient := open(t, usual)
	recipient.goTo(link)
	recipient.see(shownFiles)
	if said := recipient.text(readyTitle); said != "130 files are waiting for you" {
		t.Errorf("the title is %q", said)
	}
	files := recipient.text(shownFiles)
	if !strings.Contains(files, "file number 000") || !strings.Contains(files, "more files") {
		t.Errorf("the files are %q", files)
	}

	const text = "The code is canary-9911."
	sender.click(`sent-transfer > .button`)
	recipient.goAfresh(sender.sendText(s, text))
	recipient.see(receiveIt)
	if said := recipient.text(`form[data-view="ready"]`); !strings.Contains(said, "A text is waiting") ||
		!strings.Contains(said, "24 bytes") || strings.Contains(said, "canary-9911") {
		t.Errorf("of a text the page says %q", said)
	}
}

// A note that the command sent is shown by the page.
func TestNoteFromTheCommand(t *testing.T) {
	inBrowser(t)
	s := serve(t)
	path, _ := randomFile(t, "from the command.bin", 1000)
	link := strings.TrimSpace(s.run(t, "", "send", "--note", "for you, سلام", path))
	recipient := open(t, usual)
	recipient.goTo(link)
	recipient.see(shownNote)
	if said := recipient.text(shownNote); said != "for you, سلام" {
		t.Errorf("the note is %q", said)
	}
	if said := recipient.text(readyTitle); said != "from the command.bin is waiting for you" {
		t.Errorf("the title is %q", said)
	}
}

// A note that is too long is not cut, and nothing is sent.
func TestNoteThatIsTooLong(t *testing.T) {
	inBrowser(t)
	s := serve(t)
	p := open(t, usual)
	p.goSend(s)
	path, _ := randomFile(t, "x.bin", 10)
	p.choose(fileInput, path)
	p.click(noteLine)
	set := func(note string) {
		evaluate[bool](p, fmt.Sprintf(`((field) => {
			field.value = %q;
			field.dispatchEvent(new Event("input"));
			return true;
		})(document.querySelector(%q))`, note, noteInput))
	}
	set("short")
	if said := p.text(noteLeft); said != "" {
		t.Errorf("for a short note the page counts %q", said)
	}
	set(strings.Repeat("😀", 950))
	if said := p.text(noteLeft); said != "50 characters left" {
		t.Errorf("near the limit the page says %q", said)
	}
	set(strings.Repeat("😀", 1001))
	p.click(submit)
	p.see(composeNote)
	if said := p.text(composeNote); !strings.Contains(said, "The note is too long") {
		t.Errorf("for a note that is too long the page says %q", said)
	}
	set(strings.Repeat("😀", 1000))
	p.click(submit)
	p.see(sendingDone)
}

// Whatever stands in a label is text, and its picture a picture or nothing.
func TestHostileLabel(t *testing.T) {
	inBrowser(t)
	s := serve(t)
	var bomb bytes.Buffer // 30,000 pixels square
	bomb.WriteString("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x75\x30\x00\x00\x75\x30\x01\x00\x00\x00\x00")
	encode := func(v any) string {
		raw, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	const script = `<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>`
	recipient := open(t, screen{width: 390, height: 844, phone: true})
	for name, label := range map[string]string{
		"markup": encode(map[string]any{
			"files": []any{map[string]any{"name": script, "size": 1}, map[string]any{"name": script, "type": script}},
			"note":  script, "count": 1e15, "size": 1e15,
			"picture": map[string]any{"type": "image/svg+xml", "data": []byte(`<svg onload="window.hacked=1"/>`)},
		}),
		"a bomb": encode(map[string]any{
			"files":   []any{map[string]any{"name": "a"}},
			"picture": map[string]any{"type": "image/png", "data": bomb.Bytes()},
		}),
		"long and turned": encode(map[string]any{
			"files": []any{
				map[string]any{"name": strings.Repeat("W", 2000) + "\u202efdp.exe", "size": -1},
				map[string]any{"name": "../../" + strings.Repeat("😀", 60) + ".jpg", "size": 1e300},
			},
			"note": strings.Repeat("\u202e\u0000\n", 200) + strings.Repeat("M", 900),
		}),
		"one long name": encode(map[string]any{
			"files": []any{map[string]any{"name": strings.Repeat("W", 300) + ".jpg", "size": 1}},
		}),
		"no label":        `[]`,
		"nothing in it":   `{"files":[]}`,
		"not JSON":        `{"files":[{"name":"a"}]`,
		"a prototype":     `{"__proto__":{"note":"x"},"files":[{"__proto__":{"name":"x"}}]}`,
		"values of nulls": `{"files":[{"name":null,"size":null,"type":null}],"count":null,"note":null,"picture":null}`,
	} {
		t.Run(name, func(t *testing.T) {
			recipient.goAfresh(s.keepLabelled(t, label))
			recipient.see(receiveIt)
			recipient.audit(name)
			if evaluate[bool](recipient, `"hacked" in window`) {
				t.Error("the label ran")
			}
			if evaluate[bool](recipient, `Array.from(document.images).some((image) => image.checkVisibility())`) {
				t.Error("the picture is shown")
			}
			recipient.click(receiveIt)
			recipient.see(received)
			if got := recipient.downloaded("file.bin"); string(got) != "the content" {
				t.Errorf("%q arrived", got)
			}
		})
	}
}
