// Package promotion holds the test of a release's way: built once, deployed to
// qa, tried there, promoted byte for byte to prod, and put back. What runs are
// the scripts that the pipelines run, with the real pulumi and the real stack
// files, against a simulated AWS; the functions are run as their live aliases
// say.
package promotion
