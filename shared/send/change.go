package send

import "time"

// Change is one of several writes that are made together; exactly one field is
// set. Each is what the method of its name does alone.
type Change struct {
	Create  *Record
	Replace *Record
	Delete  *Record // Key and Version count
	Add     *Add
}

// Key returns the key of the record that is changed; of no change, none.
func (c Change) Key() Key {
	switch {
	case c.Create != nil:
		return c.Create.Key
	case c.Replace != nil:
		return c.Replace.Key
	case c.Delete != nil:
		return c.Delete.Key
	case c.Add != nil:
		return c.Add.Key
	}
	return Key{}
}

// Add counts units of a record, whatever its state, limit and expiry. Where none is
// kept, one is opened that has nothing but the count; giving back opens none.
type Add struct {
	Key    Key
	Units  int64     // below 0 gives back, but never more than is counted: Count stays at 0 or more
	Within int64     // the most that may be counted after units were added; 0 = any
	Purge  time.Time // becomes the record's, as it is from this write on; zero = stays as it is
}

// Fits says whether the units may be added to a count.
func (a Add) Fits(count int64) bool {
	return a.Units <= 0 || a.Within == 0 || count <= a.Within-a.Units
}

// MaxChanges is how many changes one call of Apply can make.
const MaxChanges = 100

// CheckChanges returns Invalid for what Apply makes of no ledger: no change or more than
// MaxChanges, one that is none or two, and two of one record.
func CheckChanges(changes []Change) error {
	if len(changes) == 0 || len(changes) > MaxChanges {
		return Fail(Invalid, "%d changes cannot be made together", len(changes))
	}
	seen := make(map[Key]bool, len(changes))
	for _, c := range changes {
		set := 0
		for _, is := range []bool{c.Create != nil, c.Replace != nil, c.Delete != nil, c.Add != nil} {
			if is {
				set++
			}
		}
		if set != 1 || seen[c.Key()] {
			return Fail(Invalid, "changes that are made together have one kind each, and each a record of its own")
		}
		seen[c.Key()] = true
	}
	return nil
}

// Refused says which of several changes could not be made, so that none was. Its
// code is Conflict.
type Refused struct {
	Index int // of one of them, where there are more
	Err   error
}

func (r *Refused) Error() string { return r.Err.Error() }

// Unwrap returns the conflict.
func (r *Refused) Unwrap() error { return r.Err }
