// What a form begins with: its draft and the revision that it is sent against stay together.
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { forget } from "../api/live";

/**
 * What was looked at when the form was opened, so that what somebody changes meanwhile is not overwritten but
 * refused. Once it is closed the route is read anew: opened again, the form begins with what is there then.
 */
export function useLooked<T>(now: T, route: string): T {
  const [looked] = useState(now);
  const queries = useQueryClient();
  useEffect(() => () => forget(queries, [route]), [queries, route]);
  return looked;
}
