package server

// WithDeltaBudget has the handler hold no more than so many bytes of deltas.
func (h *Handler) WithDeltaBudget(bytes int64) *Handler {
	h.deltas.budget = bytes
	return h
}

// DeltaBytes returns how many bytes of deltas the handler holds, as it counts them.
func (h *Handler) DeltaBytes() int64 {
	h.deltas.mu.Lock()
	defer h.deltas.mu.Unlock()
	return h.deltas.size
}
