// Package site holds the documentation's site to a real browser: that every page fits every screen, that it is there
// for everyone, and that it is searched.
package site
