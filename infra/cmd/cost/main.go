// Command cost computes what a stack costs on AWS in a month, from its settings
// and from how much it is used:
//
//	go run ./infra/cmd/cost -stack prod -transfers 1e6 -size 20MB -downloads 1.5
//
// docs/cost.md says what the figures rest on.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"sgraph.ai/send/infra/cost"
	service "sgraph.ai/send/shared/settings"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "cost:", err)
		os.Exit(1)
	}
}

func run(args []string, out io.Writer) error {
	f := flag.NewFlagSet("cost", flag.ExitOnError)
	root := f.String("root", ".", "the checkout with the stack files")
	stack := f.String("stack", "prod", "the stack whose settings are taken")
	transfers := f.Float64("transfers", 0, "transfers a month, such as 1e6")
	size := f.String("size", "20MB", "size of a transfer: bytes, or as in 20MB, 4MiB")
	downloads := f.Float64("downloads", 1.5, "downloads of each")
	life := f.Duration("life", 0, "how long each is kept; 0 = the stack's defaultTtl")
	free := f.Bool("free", false, "take off what each account has free, as if it had nothing but the stack")
	asJSON := f.Bool("json", false, "write JSON")
	docs := f.String("docs", "", "write the tables of this page anew, and nothing else")
	changes := map[string]string{}
	f.Func("set", "a setting that is not as in the stack file, as in edge=false or region=us-east-1; any number",
		func(text string) error {
			key, value, ok := strings.Cut(text, "=")
			if !ok {
				return fmt.Errorf("write it as key=value")
			}
			changes[key] = value
			return nil
		})
	if err := f.Parse(args); err != nil {
		return err
	}
	if *docs != "" {
		return cost.WriteDocs(*root, *docs)
	}
	bytes, err := sizeOf(*size)
	if err != nil {
		return err
	}
	if *transfers < 0 || *downloads < 0 || *life < 0 {
		return fmt.Errorf("transfers, downloads and life cannot be less than 0")
	}
	s, err := cost.Stack(*root, *stack, changes)
	if err != nil {
		return err
	}
	bill, err := cost.Of(s, cost.Traffic{Transfers: *transfers, Bytes: bytes, Downloads: *downloads, Life: *life}, *free)
	if err != nil {
		return err
	}
	if *asJSON {
		lines := json.NewEncoder(out)
		lines.SetIndent("", "  ")
		return lines.Encode(bill)
	}
	_, err = io.WriteString(out, bill.Text())
	return err
}

// sizeOf reads a size: bytes, in powers of 1,000 (20MB) or of 1,024 (4MiB).
func sizeOf(text string) (float64, error) {
	for unit, bytes := range map[string]float64{"KB": 1e3, "MB": 1e6, "GB": 1e9} {
		if number, ok := strings.CutSuffix(text, unit); ok {
			var n float64
			if _, err := fmt.Sscanf(number, "%g", &n); err != nil || n < 0 {
				break
			}
			return n * bytes, nil
		}
	}
	n, err := service.Bytes(1 << 50).Parse(text)
	if err != nil {
		return 0, fmt.Errorf("size is %q: it %w", text, err)
	}
	return float64(n), nil
}
