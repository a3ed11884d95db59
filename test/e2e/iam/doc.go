// Package iam decides what policies of AWS allow, as AWS describes it.
//
// It knows policies alone. Package call says which actions on which resources a
// request to AWS needs, and package guard puts both before a simulated AWS that
// would let anyone do anything.
package iam
