// Package suggest finds the word that a misspelt one was meant to be.
package suggest

// Nearest returns the known word that got was most likely meant to be, at most
// two edits away, or false when there is none.
func Nearest(got string, known []string) (string, bool) {
	best, nearer := "", min((len(got)+2)/3, 2)+1 // of a short word everything is near
	for _, word := range known {
		if len(word)-len(got) >= nearer || len(got)-len(word) >= nearer {
			continue
		}
		if d := edits(got, word); d < nearer {
			best, nearer = word, d
		}
	}
	return best, best != ""
}

// edits counts the bytes to insert, delete, replace or swap with their neighbour
// to make b of a (optimal string alignment).
func edits(a, b string) int {
	before, above, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before, above, row = above, row, before
		row[0] = i + 1
		for j := range len(b) {
			change := 1
			if a[i] == b[j] {
				change = 0
			}
			row[j+1] = min(above[j]+change, above[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
	}
	return row[len(b)]
}
