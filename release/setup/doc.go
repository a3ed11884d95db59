// Package setup holds what gets the tests what they need to what it promises.
package setup
