//go:build race

package partitions_test

const raced = true
