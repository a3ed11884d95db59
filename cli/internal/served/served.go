// Package served runs both services in this process, as "sgsend serve" does, for
// tests.
package served

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"

	"sgraph.ai/send/cli/serve"
	"sgraph.ai/send/shared/test/logtest"
)

// Key is the API key of the admin service.
const Key = "the-key-of-the-tests"

var addresses = regexp.MustCompile(`(?s)Send and receive\s+(http://[0-9.:]+).*Admin console\s+(http://[0-9.:]+)`)

// Start starts them, without limits on how often they are asked, and returns where they
// are, until stop is called.
func Start() (user, admin string, stop func() error, err error) {
	dir, err := os.MkdirTemp("", "served-")
	if err != nil {
		return "", "", nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	env := map[string]string{
		"SEND__DISK_PATH": dir, "SEND__USER_ADDR": "127.0.0.1:0", "SEND__ADMIN_ADDR": "127.0.0.1:0",
		"SEND__RATE_LIMITS": "off", "FAST_API__AUTH__API_KEY__VALUE": Key,
	}
	var out logtest.Buffer
	ended := make(chan error, 1)
	getenv := func(name string) string { return env[name] }
	go func() { ended <- serve.Run(ctx, getenv, serve.Console{Out: &out, Log: io.Discard}) }()
	stop = func() error {
		cancel()
		return errors.Join(<-ended, os.RemoveAll(dir))
	}
	select {
	case <-out.When(func(text string) bool { return strings.Contains(text, "Ctrl-C") }):
	case err := <-ended:
		cancel()
		return "", "", nil, errors.Join(fmt.Errorf("the services did not start: %w\n%s", err, &out), os.RemoveAll(dir))
	}
	at := addresses.FindStringSubmatch(out.String())
	return at[1], at[2], stop, nil
}
