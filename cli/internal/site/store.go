package site

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"sgraph.ai/send/shared/send"
)

// Store is a [send.Store] in memory.
type Store struct {
	mu      sync.Mutex
	objects map[string]object
	uploads map[string]map[int][]byte // by key and upload ID
}

type object struct {
	b  []byte
	at time.Time
}

var _ send.Store = (*Store)(nil)

func newStore() *Store {
	return &Store{objects: map[string]object{}, uploads: map[string]map[int][]byte{}}
}

// Bytes returns all that is kept: what a thief of the storage would have.
func (s *Store) Bytes() (all [][]byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, o := range s.objects {
		all = append(all, o.b)
	}
	for _, parts := range s.uploads {
		all = slices.AppendSeq(all, maps.Values(parts))
	}
	return all
}

// Put implements [send.Store].
func (s *Store) Put(_ context.Context, key string, body io.Reader, size int64) (send.Object, error) {
	b, err := io.ReadAll(body)
	if err != nil {
		return send.Object{}, err
	}
	if size >= 0 && int64(len(b)) != size {
		return send.Object{}, send.Fail(send.Invalid, "%d bytes came, not %d", len(b), size)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.objects[key] = object{b, time.Now()}
	return described(b), nil
}

func described(b []byte) send.Object {
	h := sha256.Sum256(b)
	return send.Object{Size: int64(len(b)), ETag: `"` + hex.EncodeToString(h[:8]) + `"`}
}

func (s *Store) get(key string) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o, ok := s.objects[key]
	if !ok {
		return nil, send.Fail(send.NotFound, "no such object")
	}
	return o.b, nil
}

// Open implements [send.Store].
func (s *Store) Open(_ context.Context, key string, span send.Span) (io.ReadCloser, send.Object, error) {
	b, err := s.get(key)
	if err != nil {
		return nil, send.Object{}, err
	}
	if span.Offset > int64(len(b)) {
		return nil, send.Object{}, send.Fail(send.Invalid, "begins after the end")
	}
	return io.NopCloser(bytes.NewReader(b[span.Offset:])), described(b), nil
}

// Stat implements [send.Store].
func (s *Store) Stat(_ context.Context, key string) (send.Object, error) {
	b, err := s.get(key)
	return described(b), err
}

// Copy implements [send.Store].
func (s *Store) Copy(ctx context.Context, from, to string) (send.Object, error) {
	b, err := s.get(from)
	if err != nil {
		return send.Object{}, err
	}
	return s.Put(ctx, to, bytes.NewReader(b), -1)
}

// Settle implements [send.Store].
func (s *Store) Settle(_ context.Context, key string) error {
	_, err := s.get(key)
	return err
}

// Delete implements [send.Store].
func (s *Store) Delete(_ context.Context, key string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.objects, key)
	return nil
}

// List implements [send.Store].
func (s *Store) List(_ context.Context, prefix, after string, limit int) (entries []send.Entry, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, key := range slices.Sorted(maps.Keys(s.objects)) {
		if strings.HasPrefix(key, prefix) && key > after && len(entries) < limit {
			o := s.objects[key]
			entries = append(entries, send.Entry{Key: key, Size: int64(len(o.b)), Modified: o.at})
		}
	}
	return entries, nil
}

// Begin implements [send.Store].
func (s *Store) Begin(_ context.Context, key string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := rand.Text()
	s.uploads[key+"?"+id] = map[int][]byte{}
	return id, nil
}

// PutPart implements [send.Store].
func (s *Store) PutPart(_ context.Context, key, uploadID string, number int, body io.Reader, _ int64) (string, error) {
	b, err := io.ReadAll(body)
	if err != nil {
		return "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	parts, ok := s.uploads[key+"?"+uploadID]
	if !ok {
		return "", send.Fail(send.NotFound, "no such upload")
	}
	parts[number] = b
	return described(b).ETag, nil
}

// Assemble implements [send.Store].
func (s *Store) Assemble(ctx context.Context, key, uploadID string, parts []send.Part) (send.Object, error) {
	s.mu.Lock()
	kept, ok := s.uploads[key+"?"+uploadID]
	s.mu.Unlock()
	if !ok {
		return send.Object{}, send.Fail(send.NotFound, "no such upload")
	}
	var whole []byte
	for i, p := range parts {
		b, ok := kept[p.Number]
		if !ok || p.Number != i+1 || described(b).ETag != p.ETag {
			return send.Object{}, send.Fail(send.Invalid, "part %d is not what was uploaded", p.Number)
		}
		whole = append(whole, b...)
	}
	o, err := s.Put(ctx, key, bytes.NewReader(whole), -1)
	if err == nil {
		err = s.Abort(ctx, key, uploadID)
	}
	return o, err
}

// Abort implements [send.Store].
func (s *Store) Abort(_ context.Context, key, uploadID string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.uploads, key+"?"+uploadID)
	return nil
}
