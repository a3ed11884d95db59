package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"sgraph.ai/send/infra/cost"
)

func TestTheCommand(t *testing.T) {
	t.Parallel()
	var text, lines bytes.Buffer
	args := []string{"-root", "../../..", "-stack", "prod", "-transfers", "1e6", "-size", "20MB", "-set", "edge=false"}
	if err := run(args, &text); err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"in all", "Egress, but for CloudFront's", "is egress", cost.Date} {
		if !strings.Contains(text.String(), part) {
			t.Errorf("it does not say %q:\n%s", part, &text)
		}
	}
	if strings.Contains(text.String(), "WAF") {
		t.Errorf("it counts WAF without an edge:\n%s", &text)
	}
	if err := run(append(args, "-json"), &lines); err != nil {
		t.Fatal(err)
	}
	var bill cost.Bill
	if err := json.Unmarshal(lines.Bytes(), &bill); err != nil || bill.Total < 1000 || len(bill.Lines) < 10 {
		t.Errorf("%v: %s", err, &lines)
	}
	for _, bad := range [][]string{
		{"-size", "much"}, {"-transfers", "-1"}, {"-stack", "none"}, {"-set", "region=moon"},
	} {
		if err := run(append([]string{"-root", "../../.."}, bad...), &lines); err == nil {
			t.Errorf("%v is taken", bad)
		}
	}
}

func TestSizes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]float64{"20MB": 20e6, "1.5GB": 1.5e9, "4MiB": 4 << 20, "1000": 1000} {
		if got, err := sizeOf(text); err != nil || got != want {
			t.Errorf("%s is %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "MB", "-1MB", "1TB?"} {
		if _, err := sizeOf(text); err == nil {
			t.Errorf("%q is taken for a size", text)
		}
	}
}
