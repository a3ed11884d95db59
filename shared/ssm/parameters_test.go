package ssm_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/ssm"
	"sgraph.ai/send/shared/test/moto"
)

func TestParameters(t *testing.T) {
	t.Parallel()
	store := ssm.New(moto.Load(t))
	name := moto.Parameter(t, "canary-of-a-value")
	got, err := store.Parameter(t.Context(), name)
	if err != nil || got != "canary-of-a-value" {
		t.Errorf("it is %q, %v", got, err)
	}
	moto.SetParameter(t, name, "changed")
	if got, err = store.Parameter(t.Context(), name); err != nil || got != "changed" {
		t.Errorf("changed, it is %q, %v", got, err)
	}
	if _, err := store.Parameter(t.Context(), name+"-none"); send.CodeOf(err) != send.NotFound {
		t.Errorf("where there is none: %v", err)
	}
}

// Nothing is loaded before it is needed, and what failed is tried again.
func TestParametersAreLazy(t *testing.T) {
	t.Parallel()
	name, config := moto.Parameter(t, "a value"), moto.Config(t)
	loads := 0
	store := ssm.New(func(context.Context) (aws.Config, error) {
		if loads++; loads == 1 {
			return aws.Config{}, errors.New("no credentials")
		}
		return config, nil
	})
	if loads != 0 {
		t.Error("it is loaded before it is needed")
	}
	if _, err := store.Parameter(t.Context(), name); send.CodeOf(err) != send.Unavailable ||
		!strings.Contains(err.Error(), "no credentials") {
		t.Errorf("without credentials: %v", err)
	}
	for range 2 {
		if _, err := store.Parameter(t.Context(), name); err != nil {
			t.Error(err)
		}
	}
	if loads != 2 {
		t.Errorf("it was loaded %d times", loads)
	}
}
