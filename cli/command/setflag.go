package command

import (
	"cmp"

	"github.com/spf13/cobra"

	"sgraph.ai/send/shared/settings"
)

// byFlag are the settings that flags say: they go before those of the environment.
type byFlag map[string]string

// flag adds a flag that says a setting.
func (b byFlag) flag(c *cobra.Command, name string, setting settings.Entry, says string) {
	c.Flags().Var(&settingFlag{b, setting}, name, says)
}

// over returns an environment in which flags go before what that says.
func (b byFlag) over(getenv func(string) string) func(string) string {
	return func(name string) string { return cmp.Or(b[name], getenv(name)) }
}

// settingFlag is the value of a flag: one that no service takes is a fault of the command
// line.
type settingFlag struct {
	said    byFlag
	setting settings.Entry
}

func (f *settingFlag) Set(value string) error {
	_, err := f.setting.Canonical(value)
	f.said[f.setting.Env] = value
	return err
}

func (f *settingFlag) String() string { return "" } // by default nothing is said
func (f *settingFlag) Type() string   { return "string" }
