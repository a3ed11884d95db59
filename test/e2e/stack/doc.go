// Package stack holds the test of a whole stack: the pulumi command line
// deploys a checkout, with its real stack file, to a simulated AWS; the zips
// that were shipped are fetched from the artifacts bucket and run as the
// deployed functions say; files travel through them; a changed service moves
// its own function and nothing else; and in the end nothing is left. Secrets
// are changed, and another build is deployed and put back, while people are
// about, none of whom notices.
package stack
