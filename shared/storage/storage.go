// Package storage opens the ledger and the stores of a service where its
// settings say they are. Buckets and tables are not asked yet: the first request
// does.
package storage

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go/logging"

	"sgraph.ai/send/shared/bolt"
	"sgraph.ai/send/shared/disk"
	"sgraph.ai/send/shared/dynamo"
	"sgraph.ai/send/shared/internal/lazy"
	"sgraph.ai/send/shared/internal/volume"
	"sgraph.ai/send/shared/s3store"
	"sgraph.ai/send/shared/secret"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/settings"
	"sgraph.ai/send/shared/snapshot"
	"sgraph.ai/send/shared/ssm"
)

// Ledger opens the ledger.
func Ledger(s settings.Service) (send.Ledger, io.Closer, error) {
	switch s.LedgerMode {
	case settings.DynamoDB:
		return dynamo.New(s.LedgerTable, awsConfig, func(o *dynamodb.Options) {
			if s.LedgerEndpoint != "" {
				o.BaseEndpoint = &s.LedgerEndpoint
			}
		}), io.NopCloser(nil), nil
	case settings.Disk:
		if err := os.MkdirAll(s.DiskPath, 0o700); err != nil {
			return nil, nil, fmt.Errorf("the data folder cannot be made: %w", err)
		}
		if err := whole(s.DiskPath); err != nil {
			return nil, nil, err
		}
		l, err := bolt.Open(filepath.Join(s.DiskPath, snapshot.LedgerName))
		return l, l, err
	}
	return nil, nil, fmt.Errorf("no mode of the ledger is named %q", s.LedgerMode)
}

// Transfers opens the store of the ciphertext; of secrets come the keys of a bucket
// that has its own. links is nil where the store does not make links of its own.
func Transfers(
	s settings.Service, bucket string, secrets *secret.Sources,
) (store send.Store, links send.Links, err error) {
	store, links, err = open(s, bucket, transfersFolder, secrets)
	if d, ok := store.(*disk.Store); ok && err == nil {
		d.Spare = spare
	}
	return store, links, err
}

// spare is how much of a disk uploads leave to the ledger and the trail, in
// bytes: without room for those nothing can be downloaded, or deleted, either.
const spare = 256 << 20

// Trail opens the store of the audit trail, as Transfers does.
func Trail(s settings.Service, bucket string, secrets *secret.Sources) (send.Store, error) {
	store, _, err := open(s, bucket, trailFolder, secrets)
	return store, err
}

// Room returns what says how much room the disk has where the bytes are, for this
// user, and how much in all; nil where a bucket has them.
func Room(s settings.Service) func() (left, all int64, err error) {
	if s.Mode != settings.Disk {
		return nil
	}
	return func() (left, all int64, err error) { return volume.Room(s.DiskPath) }
}

// open opens a store: on S3 the bucket, on disk the folder of that name.
func open(
	s settings.Service, bucket, folder string, secrets *secret.Sources,
) (store send.Store, links send.Links, err error) {
	switch s.Mode {
	case settings.S3:
		b := s3store.New(bucket, awsConfig, reach(s.S3, secrets))
		return b, b, nil
	case settings.Disk:
		store, err := disk.Open(filepath.Join(s.DiskPath, folder))
		return store, nil, err
	}
	return nil, nil, fmt.Errorf("no storage mode is named %q", s.Mode)
}

// reach has the SDK reach buckets as the settings say, whatever else it finds.
func reach(at settings.Buckets, secrets *secret.Sources) func(*s3.Options) {
	var own aws.CredentialsProvider
	if at.AccessKeyID != "" {
		own = keys(at.AccessKeyID, secrets.Value(at.SecretAccessKey))
	}
	return func(o *s3.Options) {
		o.Region, o.UsePathStyle = at.Region, at.PathStyle
		if at.Endpoint != "" {
			o.BaseEndpoint = &at.Endpoint
		}
		if own != nil {
			o.Credentials = own
		}
	}
}

// keys are credentials of which the secret is read when it is needed.
func keys(id string, key *secret.Value) aws.CredentialsProvider {
	return aws.CredentialsProviderFunc(func(ctx context.Context) (aws.Credentials, error) {
		shown, err := key.Shown(ctx)
		return aws.Credentials{AccessKeyID: id, SecretAccessKey: shown}, err
	})
}

// Parameters opens the store of secrets that settings name. Nobody is asked before
// one is needed.
func Parameters() *ssm.Parameters { return ssm.New(awsConfig) }

// AWS is how AWS is reached where the SDK always does, for who asks it something else.
func AWS(ctx context.Context) (aws.Config, error) { return awsConfig(ctx) }

// awsConfig reads how to reach AWS where the SDK always does, once for all.
// The SDK's own log is in no form that a service's log has, and says what the errors say.
var awsConfig = lazy.New(func(ctx context.Context) (aws.Config, error) {
	return config.LoadDefaultConfig(ctx, config.WithLogger(logging.Nop{}))
}).Get
