package disk

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"sgraph.ai/send/shared/send"
)

// List implements [send.Store].
func (s *Store) List(ctx context.Context, prefix, after string, limit int) ([]send.Entry, error) {
	if limit <= 0 {
		return nil, nil
	}
	shards, err := names(s.objects)
	if err != nil {
		return nil, failed(err)
	}
	shards = slices.DeleteFunc(shards, func(shard string) bool {
		// Every key of a shard begins with its name.
		return !strings.HasPrefix(shard, prefix) && !strings.HasPrefix(prefix, shard) ||
			shard < after && !strings.HasPrefix(after, shard)
	})
	var found []send.Entry
	var waiting []string // keys that one of a later shard might precede
	for i := 0; i <= len(shards); i++ {
		ready := len(waiting)
		if i < len(shards) {
			ready, _ = slices.BinarySearch(waiting, shards[i])
		}
		for _, key := range waiting[:ready] {
			e, err := s.entry(key)
			if errors.Is(err, fs.ErrNotExist) {
				continue // deleted just now
			}
			if err != nil {
				return nil, failed(err)
			}
			if found = append(found, e); len(found) == limit {
				return found, nil
			}
		}
		waiting = waiting[ready:]
		if i == len(shards) {
			break
		}
		if err := ended(ctx); err != nil {
			return nil, err
		}
		keys, err := names(filepath.Join(s.objects, fileName(shards[i])))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, failed(err)
		}
		for _, key := range keys {
			if key > after && strings.HasPrefix(key, prefix) {
				waiting = append(waiting, key)
			}
		}
		slices.Sort(waiting)
	}
	return found, nil
}

func (s *Store) entry(key string) (send.Entry, error) {
	path, err := s.path(key)
	if err != nil {
		return send.Entry{}, fs.ErrNotExist // a file that somebody else put there
	}
	info, err := os.Stat(path)
	if err != nil {
		return send.Entry{}, err
	}
	return send.Entry{Key: key, Size: info.Size(), Modified: info.ModTime()}, nil
}

// names returns the keys that a folder's names stand for, in order.
func names(dir string) ([]string, error) {
	d, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	all, err := d.Readdirnames(-1)
	for i, name := range all {
		all[i] = keyOf(name)
	}
	slices.Sort(all)
	return all, err
}
