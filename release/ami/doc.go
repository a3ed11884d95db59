// Package ami holds the template of the machine image (deploy/packer) to its
// rules, and to what Packer knows.
package ami
