package storage_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sgraph.ai/send/shared/secret"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/settings"
	"sgraph.ai/send/shared/storage"
	"sgraph.ai/send/shared/test/dynamolocal"
	"sgraph.ai/send/shared/test/gofakes3"
)

// Where things are on a machine is known to whoever backs it up.
func TestOnDiskEverythingIsInTheFolder(t *testing.T) {
	t.Parallel()
	s := settings.Service{
		Mode: settings.Disk, LedgerMode: settings.Disk, DiskPath: filepath.Join(t.TempDir(), "data"),
	}
	_, closer, err := storage.Ledger(s)
	if err != nil {
		t.Fatal(err)
	}
	defer closer.Close()
	transfers, links, err := storage.Transfers(s, "", nil)
	if err != nil || links != nil {
		t.Fatalf("links %v, %v: a folder makes none", links, err)
	}
	trail, err := storage.Trail(s, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := transfers.Put(t.Context(), "transfers/a", strings.NewReader("x"), 1); err != nil {
		t.Fatal(err)
	}
	if es, err := trail.List(t.Context(), "", "", 1); err != nil || len(es) != 0 {
		t.Errorf("the trail has %v of the transfers, %v", es, err)
	}
	for _, name := range []string{"ledger.db", "transfers", "cache"} {
		if _, err := os.Stat(filepath.Join(s.DiskPath, name)); err != nil {
			t.Error(err)
		}
	}
}

// On AWS nothing is asked before the first request, or a start would hang on
// the network.
func TestOnS3NobodyIsAskedAtTheStart(t *testing.T) {
	t.Parallel()
	s := settings.Service{Mode: settings.S3, LedgerMode: settings.DynamoDB, LedgerTable: "table"}
	if _, _, err := storage.Ledger(s); err != nil {
		t.Error(err)
	}
	if _, links, err := storage.Transfers(s, "bucket", nil); err != nil || links == nil {
		t.Errorf("links %v, %v: a bucket makes them", links, err)
	}
	if _, err := storage.Trail(s, "bucket", nil); err != nil {
		t.Error(err)
	}
}

func TestAnUnknownModeIsRefused(t *testing.T) {
	t.Parallel()
	s := settings.Service{Mode: "memory", LedgerMode: "memory"}
	_, _, ledger := storage.Ledger(s)
	_, _, transfers := storage.Transfers(s, "", nil)
	_, trail := storage.Trail(s, "", nil)
	for _, err := range []error{ledger, transfers, trail} {
		if err == nil || !strings.Contains(err.Error(), `"memory"`) {
			t.Errorf("got %v, want an error that names the mode", err)
		}
	}
}

// parameter is a store of secrets that knows one.
type parameter map[string]string

func (p parameter) Parameter(_ context.Context, name string) (string, error) {
	if value, is := p[name]; is {
		return value, nil
	}
	return "", errors.New("no such parameter")
}

// A bucket and a table are reached where the settings say, by keys of their own,
// whatever the environment has: a bucket somewhere beside a table on AWS.
func TestSettingsGoBeforeTheEnvironment(t *testing.T) {
	t.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
	t.Setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1")
	t.Setenv("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:1")
	t.Setenv("AWS_REGION", "eu-west-2")
	t.Setenv("AWS_ACCESS_KEY_ID", "testing") // by which DynamoDB Local keeps tables apart
	t.Setenv("AWS_SECRET_ACCESS_KEY", "another")
	at := gofakes3.Config(t)
	for name, told := range map[string]string{"told": "testing", "by reference": "ssm:/key"} {
		t.Run(name, func(t *testing.T) {
			env := map[string]string{
				"SEND__STORAGE_MODE": "s3", "SEND__S3_ENDPOINT": *at.BaseEndpoint, "SEND__S3_REGION": "auto",
				"SEND__S3_ACCESS_KEY_ID": "testing", "SEND__S3_SECRET_ACCESS_KEY": told,
				"SEND__LEDGER_TABLE": "t", "AWS_REGION": "eu-west-2",
			}
			e := settings.New(func(name string) string { return env[name] })
			s := e.Service()
			if e.Err() != nil {
				t.Fatal(e.Err())
			}
			from := &secret.Sources{Parameters: parameter{"/key": "testing"}}
			store, _, err := storage.Transfers(s, gofakes3.Bucket(t), from)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := store.Put(t.Context(), "transfers/a", strings.NewReader("x"), 1); err != nil {
				t.Error(err)
			}
		})
	}
	t.Run("ledger", func(t *testing.T) {
		ledger, _, err := storage.Ledger(settings.Service{
			LedgerMode: settings.DynamoDB, LedgerTable: dynamolocal.Table(t),
			LedgerEndpoint: *dynamolocal.Config(t).BaseEndpoint,
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := ledger.Create(t.Context(), send.Record{Key: send.Key{Set: "s", ID: "i"}}); err != nil {
			t.Error(err)
		}
	})
}
