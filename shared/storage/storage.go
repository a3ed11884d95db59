// Package storage opens the ledger and the stores of a service where its
// settings say they are. On S3 nobody is asked yet: the first request does.
package storage

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"

	"sgraph.ai/send/shared/bolt"
	"sgraph.ai/send/shared/disk"
	"sgraph.ai/send/shared/dynamo"
	"sgraph.ai/send/shared/internal/lazy"
	"sgraph.ai/send/shared/s3store"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/settings"
	"sgraph.ai/send/shared/ssm"
)

// Ledger opens the ledger.
func Ledger(s settings.Service) (send.Ledger, io.Closer, error) {
	switch s.Mode {
	case settings.S3:
		return dynamo.New(s.LedgerTable, awsConfig), io.NopCloser(nil), nil
	case settings.Disk:
		if err := os.MkdirAll(s.DiskPath, 0o700); err != nil {
			return nil, nil, fmt.Errorf("the data folder cannot be made: %w", err)
		}
		l, err := bolt.Open(filepath.Join(s.DiskPath, "ledger.db"))
		return l, l, err
	}
	return nil, nil, unknown(s)
}

// Transfers opens the store of the ciphertext. links is nil where the store does
// not make links of its own.
func Transfers(s settings.Service, bucket string) (store send.Store, links send.Links, err error) {
	store, links, err = open(s, bucket, "transfers")
	if d, ok := store.(*disk.Store); ok && err == nil {
		d.Spare = spare
	}
	return store, links, err
}

// spare is how much of a disk uploads leave to the ledger and the trail, in
// bytes: without room for those nothing can be downloaded, or deleted, either.
const spare = 256 << 20

// Trail opens the store of the audit trail.
func Trail(s settings.Service, bucket string) (send.Store, error) {
	store, _, err := open(s, bucket, "cache")
	return store, err
}

// open opens a store: on S3 the bucket, on disk the folder of that name.
func open(s settings.Service, bucket, folder string) (store send.Store, links send.Links, err error) {
	switch s.Mode {
	case settings.S3:
		b := s3store.New(bucket, awsConfig)
		return b, b, nil
	case settings.Disk:
		store, err := disk.Open(filepath.Join(s.DiskPath, folder))
		return store, nil, err
	}
	return nil, nil, unknown(s)
}

// Parameters opens the store of secrets that settings name. Nobody is asked before
// one is needed.
func Parameters() *ssm.Parameters { return ssm.New(awsConfig) }

// awsConfig reads how to reach AWS where the SDK always does, once for all.
var awsConfig = lazy.New(func(ctx context.Context) (aws.Config, error) { return config.LoadDefaultConfig(ctx) }).Get

func unknown(s settings.Service) error {
	return fmt.Errorf("no storage mode is named %q", s.Mode)
}
