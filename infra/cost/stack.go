package cost

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"gopkg.in/yaml.v3"

	"sgraph.ai/send/infra/settings"
	"sgraph.ai/send/shared/stack"
)

// Stack reads the settings of a stack from its file in a folder, with some of them
// changed: by their keys, such as "edge". Secrets cost nothing, and are not asked
// for.
func Stack(folder, own string, changes map[string]string) (settings.Settings, error) {
	text, err := os.ReadFile(filepath.Join(folder, "Pulumi."+own+".yaml"))
	if err != nil {
		return settings.Settings{}, fmt.Errorf("the stack's settings: %w", err)
	}
	var file struct{ Config map[string]any }
	if err := yaml.Unmarshal(text, &file); err != nil {
		return settings.Settings{}, fmt.Errorf("the stack's settings: %w", err)
	}
	config := map[string]string{}
	for key, value := range file.Config {
		switch value.(type) {
		case map[string]any, []any: // an encrypted one
		default:
			config[key] = fmt.Sprint(value)
		}
	}
	for key, value := range changes {
		if key == "region" {
			config["aws:region"] = value
			continue
		}
		config[settings.Project+":"+key] = value
	}
	if own == stack.Pulls {
		own = stack.OfPull(1) // they are all alike
	}
	return settings.Parse(own, config, nil, func(name string) (string, bool) {
		value, ok := standIns[name]
		if ok && strings.HasSuffix(name, "__API_KEY__VALUE") { // hosts take no other
			value = "ssm:" + stack.Names{Stack: own}.Parameters() + "api-key"
		}
		return value, ok
	})
}

// standIns are in the place of the secrets, and of what else the program wants to
// be there and costs nothing.
var standIns = map[string]string{
	"SEND_ALARM_EMAIL":                             "nobody@example.org",
	"AWS_ACCOUNT_ID":                               "123456789012",
	"FAST_API__AUTH__API_KEY__NAME":                "X-Key",
	"FAST_API__AUTH__API_KEY__VALUE":               "a-key-in-the-place-of-the-real-one",
	"AUTH__TARGET_SERVER__CACHE_SERVICE__BASE_URL": "https://cache.example.org",
	"SGRAPH_SEND__ADMIN__API_KEY__NAME":            "X-Key",
	"SGRAPH_SEND__ADMIN__API_KEY__VALUE":           "a-key-in-the-place-of-the-real-one",
}
