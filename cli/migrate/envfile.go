package migrate

import (
	"bufio"
	"fmt"
	"io"
	"regexp"
	"strings"
)

// settingLine is a line of a file of settings.
var settingLine = regexp.MustCompile(`^(?:export )?([A-Za-z_][A-Za-z0-9_]*)=(.*)$`)

// ReadSettings reads a file of settings, a NAME=VALUE a line, as service managers and
// containers take them: what is in quotes is taken without them, and as it is.
func ReadSettings(from io.Reader) (map[string]string, error) {
	all := map[string]string{}
	lines := bufio.NewScanner(from)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") || strings.HasPrefix(line, ";") {
			continue
		}
		m := settingLine.FindStringSubmatch(line)
		if m == nil {
			return nil, fmt.Errorf("line %d is not of the form NAME=VALUE", n) // it may hold a secret
		}
		value := strings.TrimSpace(m[2])
		if len(value) > 1 && (value[0] == '"' || value[0] == '\'') && value[len(value)-1] == value[0] {
			value = value[1 : len(value)-1]
		}
		all[m[1]] = value
	}
	return all, lines.Err()
}
