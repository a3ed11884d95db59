// Command scale simulates a day of a stack, and says which limit of AWS it meets first,
// what it costs, and what moves that:
//
//	go run ./infra/cmd/scale -rate 100
//
// docs/scale.md says what the figures rest on.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"sgraph.ai/send/infra/cost"
	"sgraph.ai/send/infra/scale"
)

func main() {
	if err := run(context.Background(), os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "scale:", err)
		os.Exit(1)
	}
}

// mostRate bounds what is simulated: beyond it a second takes minutes, and much memory.
const mostRate = 50_000

func run(ctx context.Context, args []string, out io.Writer) error {
	f := flag.NewFlagSet("scale", flag.ContinueOnError)
	root := f.String("root", ".", "the checkout with the stack files")
	stack := f.String("stack", "prod", "the stack whose settings are taken")
	bytes := f.Int64("bytes", scale.Typical, "size of a transfer, in bytes")
	docs := f.String("docs", "", "write the tables of this page anew, and nothing else")
	rates, given := scale.Rates, false
	const rateUse = "transfers a second, in the mean of the day; any number (default 1, 100 and 10000)"
	f.Func("rate", rateUse, func(text string) error {
		rate, err := strconv.ParseFloat(text, 64)
		if err != nil || !(rate >= 0.01 && rate <= mostRate) {
			return fmt.Errorf("want a number from 0.01 to %d", mostRate)
		}
		if !given {
			rates, given = nil, true
		}
		rates = append(rates, rate)
		return nil
	})
	changes := map[string]string{}
	f.Func("set", "a setting that is not as in the stack file, as in sweepMinutes=5; any number", func(text string) error {
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
		return scale.WriteDocs(ctx, *root, *docs)
	}
	if *bytes < 1 || *bytes > 5<<30 {
		return fmt.Errorf("bytes must be from 1 to %d", 5<<30)
	}
	set, err := cost.Stack(*root, *stack, changes)
	if err != nil {
		return err
	}
	r, err := scale.Of(ctx, set, *bytes, rates)
	if err != nil {
		return err
	}
	_, err = io.WriteString(out, r.Text())
	return err
}
