package disk

// ForgetOpen forgets what this process knows of uploads that are open, as if another
// had begun.
func ForgetOpen() {
	opened.Lock()
	defer opened.Unlock()
	clear(opened.of)
}
