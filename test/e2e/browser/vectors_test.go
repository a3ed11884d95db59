package browser

import (
	"archive/zip"
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/json"
	"io"
	"os"
	"slices"
	"testing"
)

const vectorsPath = "../../../shared/envelope/testdata/vectors.json"

type vectors struct {
	V1 []struct {
		Name   string `json:"name"`
		Key    string `json:"key"`
		Sealed string `json:"sealed"`
	} `json:"v1"`
	Wrappings []struct {
		Name   string `json:"name"`
		Around string `json:"around"`
	} `json:"wrappings"`
	Friendly []struct {
		Token string `json:"token"`
		ID    string `json:"id"`
		Key   string `json:"key"`
	} `json:"friendly"`
}

func readVectors(t *testing.T) (v vectors) {
	t.Helper()
	raw, err := os.ReadFile(vectorsPath)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	if len(v.V1) == 0 || len(v.Friendly) == 0 || len(v.Wrappings) == 0 {
		t.Fatal("the vectors are empty")
	}
	return v
}

// sealWith seals a plaintext in format 1 with nothing but the standard library.
func sealWith(t *testing.T, key, plain string) []byte {
	t.Helper()
	raw, err := base64.RawURLEncoding.DecodeString(key)
	if err != nil {
		t.Fatal(err)
	}
	block, err := aes.NewCipher(raw)
	if err != nil {
		t.Fatal(err)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		t.Fatal(err)
	}
	iv := []byte("twelve bytes")
	return gcm.Seal(iv, iv, []byte(plain), nil)
}

func mustHoldFiles(t *testing.T, archive []byte, files map[string]string) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		t.Fatal(err)
	}
	if len(z.File) != len(files) {
		t.Errorf("the archive has %d files, not %d", len(z.File), len(files))
	}
	for name, path := range files {
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		f, err := z.Open(name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got, err := io.ReadAll(f) // checks the checksum too
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is not what was sent (%v)", name, err)
		}
	}
}

// mustHoldAll says that an archive has these files, and these folders with nothing in them.
func mustHoldAll(t *testing.T, archive []byte, files map[string][]byte, folders ...string) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		t.Fatal(err)
	}
	if len(z.File) != len(files)+len(folders) {
		t.Errorf("the archive has %d entries, not %d", len(z.File), len(files)+len(folders))
	}
	for _, f := range z.File {
		if slices.Contains(folders, f.Name) {
			continue
		}
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(r) // checks the checksum too
		if want, is := files[f.Name]; err != nil || !is || !bytes.Equal(got, want) {
			t.Errorf("%s is not what was sent (%v)", f.Name, err)
		}
	}
}

// vectorScript runs in a page that has `vectors`, and returns what failed.
const vectorScript = `
const { concat, fromBase64url, toHex } = await import('/assets/crypto/bytes.js');
const { safeFilename, writeEnvelope } = await import('/assets/crypto/envelope.js');
const { friendlyTransfer, writeKey } = await import('/assets/crypto/key.js');
const { Opener } = await import('/assets/crypto/open.js');
const { SealedAtOnce, SealedStream } = await import('/assets/crypto/seal.js');

const failures = [];
const equal = (what, got, want) => { if (got !== want) failures.push(what + ': ' + got + ', not ' + want); };
const fromHex = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const sha256 = async (bytes) => toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)));
const pattern = (size) => Uint8Array.from({ length: size }, (_, i) => i % 251);
async function* pieces(bytes, length) {
  for (let at = 0; at < bytes.length; at += length) yield bytes.slice(at, at + length);
}
const whole = async (sealed) => (await sealed.part(0, sealed.size)).bytes;
async function open(key, sealed) {
  const opener = new Opener(key);
  const content = [];
  for await (const piece of pieces(sealed, 65_536)) content.push(...(await opener.push(piece)));
  content.push(...(await opener.finish()));
  return { metadata: opener.metadata, content: concat(content) };
}

let tried = 0;
for (const v of vectors.v1) {
  tried++;
  const key = fromBase64url(v.key);
  const { metadata, content } = await open(key, fromHex(v.sealed));
  equal(v.name, toHex(content), v.content);
  equal(v.name, safeFilename(metadata?.filename), v.meta.filename);
  equal(v.name, toHex(await whole(new SealedAtOnce(key, new Blob([fromHex(v.plain)]), fromHex(v.iv)))), v.sealed);
}
for (const v of vectors.v2) {
  tried++;
  const key = fromBase64url(v.key);
  const plain = new Blob([writeEnvelope(v.meta), pattern(v.contentSize)]);
  const random = concat([fromHex(v.salt), fromHex(v.noncePrefix)]);
  const sealed = await whole(new SealedStream(key, plain, { random }));
  equal(v.name, await sha256(sealed), v.sealedSha256);
  const { metadata, content } = await open(key, sealed);
  equal(v.name, await sha256(content), await sha256(pattern(v.contentSize)));
  equal(v.name, metadata.filename, v.meta.filename);
}
for (const v of vectors.friendly) {
  tried++;
  const { id, key } = await friendlyTransfer(v.token);
  equal(v.token, id, v.id);
  equal(v.token, writeKey(key), v.key);
}
if (tried < 10) failures.push('only ' + tried + ' vectors were tried');
return failures;
`
