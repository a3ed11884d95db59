package disk

import (
	"path/filepath"
	"strings"

	"sgraph.ai/send/shared/send"
)

// maxKey leaves room for an upload's ID in the 255 bytes of a file name.
const maxKey = 200

func checkKey(key string) error {
	ok := len(key) <= maxKey
	for segment := range strings.SplitSeq(key, "/") {
		ok = ok && segment != "" && segment != "." && segment != ".." && strings.IndexFunc(segment, unsafe) < 0
	}
	if !ok {
		return send.Fail(send.Invalid, "not a key of the store")
	}
	return nil
}

func unsafe(r rune) bool {
	return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '.' || r == '_' || r == '-')
}

// path returns the file of an object.
func (s *Store) path(key string) (string, error) {
	if err := checkKey(key); err != nil {
		return "", err
	}
	return filepath.Join(s.objects, fileName(shard(key)), fileName(key)), nil
}

// shard returns the beginning of a key that names its folder: up to two
// characters into the longest segment, which is the one made at random. So
// objects spread over folders, and a folder's objects are neighbours in a
// listing.
func shard(key string) string {
	begin, longest := 0, 0
	at := 0
	for segment := range strings.SplitSeq(key, "/") {
		if len(segment) > longest {
			begin, longest = at, len(segment)
		}
		at += len(segment) + 1
	}
	return key[:begin+min(2, longest)]
}

func fileName(key string) string { return strings.ReplaceAll(key, "/", ",") }

func keyOf(name string) string { return strings.ReplaceAll(name, ",", "/") }
