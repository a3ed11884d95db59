package send

// MaxOver bounds Remembered.
const MaxOver = maxOver

// Remembered returns how many clients the limiter knows to be over a limit.
func (l *Limiter) Remembered() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.over)
}
