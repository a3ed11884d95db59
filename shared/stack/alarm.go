package stack

import (
	"fmt"
	"strings"
	"time"
)

// What an alarm says, as CloudWatch calls it.
const (
	AlarmOK     = "OK"
	AlarmSounds = "ALARM"
	AlarmUnsure = "INSUFFICIENT_DATA"
)

// Alarm is an alarm of a stack, and what it says.
type Alarm struct {
	Name        string
	Region      string
	State       string
	Since       time.Time
	Reason      string
	Description string
}

// The parts of an alarm's description, which is what arrives in an e-mail.
const (
	alarmSays    = "This alarm says that "
	alarmThen    = ". What to do: "
	playbooks    = "docs/playbooks/"
	playbookForm = ".md"
)

// DescribeAlarm writes the description of an alarm: why it sounds, which completes "This
// alarm says that", and the name of the playbook that says what to do.
func DescribeAlarm(why, playbook string) string {
	return fmt.Sprintf("%s%s%s%s%s%s", alarmSays, why, alarmThen, playbooks, playbook, playbookForm)
}

// Described reads what [DescribeAlarm] wrote. Of another description all is why, and
// there is no playbook.
func (a Alarm) Described() (why, playbook string) {
	why, rest, ok := strings.Cut(a.Description, alarmThen+playbooks)
	why, begins := strings.CutPrefix(why, alarmSays)
	playbook, ends := strings.CutSuffix(rest, playbookForm)
	if !ok || !begins || !ends || !form.MatchString(playbook) {
		return a.Description, ""
	}
	return why, playbook
}
