// Package server tests the package on a machine: a root of Debian in which
// systemd runs, by itself and without a network.
package server
