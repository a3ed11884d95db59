package wire_test

import (
	"slices"
	"strings"
	"testing"

	"sgraph.ai/send/shared/wire"
)

func TestAddressesWriteChoicesOut(t *testing.T) {
	t.Parallel()
	got := wire.ReceivePage.Addresses()
	for _, want := range []string{
		"/d/", "/d", "/d/{transfer_id}", "/v/", "/{locale}/download/", "/{locale}/v/", "/{locale}/v",
		"/send/v0/v0.1/v0.1.4/download.html",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("%q lacks %s", got, want)
		}
	}
	if len(got) != 17 {
		t.Errorf("there are %d: %q", len(got), got)
	}
	for _, r := range wire.Routes() {
		for _, path := range r.Addresses() {
			if strings.ContainsAny(path, ":|[(") {
				t.Errorf("%s has a form left", path)
			}
		}
	}
}
