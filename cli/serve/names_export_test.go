package serve

// For the tests of what is said about names.
var (
	LeadsHere   = leadsHere
	Uncertified = uncertified
)

// Said is whether a finding is good, and its text.
func Said(f finding) (good bool, text string) { return f.good, f.text }
