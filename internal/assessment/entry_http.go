package assessment

import "touyan/internal/access"

func (m *Module) entryRoutes() []access.Route { return nil }
