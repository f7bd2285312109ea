package statistics

// Readers returns the subscribers of a station's feeds, by path, as [Recorder.Subscribers]
// does of the station.
func (r *Recorder) Readers(station string) map[string]int {
	r.mu.Lock()
	defer r.mu.Unlock()
	readers := map[string]int{}
	for _, parts := range r.present() {
		merged := new(Station)
		for _, part := range parts {
			if s := part[station]; s != nil {
				_ = merged.merge(s) // see mergeAll
			}
		}
		for path, f := range merged.Feeds {
			readers[path] = max(readers[path], f.subscribers())
		}
	}
	return readers
}
